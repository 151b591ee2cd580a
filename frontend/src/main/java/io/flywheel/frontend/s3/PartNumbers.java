package io.flywheel.frontend.s3;

import io.flywheel.frontend.s3.error.S3Error;

/// Numbers of parts: 1 to 10,000.
final class PartNumbers {
    static final int MOST = 10_000;

    private PartNumbers() {}

    /// The part that a request writes.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidArgument
    static int ofRequest(S3Request request) {
        return parse(request.query().text("partNumber").orElse(""));
    }

    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidArgument
    static int parse(String text) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= 1 && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number out of range.
        }
        throw S3Error.invalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive", "partNumber", text);
    }
}

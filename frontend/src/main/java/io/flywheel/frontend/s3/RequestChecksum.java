package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/// What a request says the checksum of its payload is.
///
/// @param algorithm empty when it says nothing
/// @param value empty when it follows in the trailer
/// @param trailing whether it follows in the trailer
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html">S3: checking
///     object integrity</a>
record RequestChecksum(Optional<ChecksumAlgorithm> algorithm, Optional<Bytes> value, boolean trailing) {
    static final RequestChecksum NONE = new RequestChecksum(Optional.empty(), Optional.empty(), false);

    private static final String PREFIX = "x-amz-checksum-";

    /// @throws S3Failure InvalidRequest, NotImplemented for an algorithm that Flywheel does not have
    static RequestChecksum of(Headers headers) {
        Optional<ChecksumAlgorithm> algorithm = Optional.empty();
        Optional<Bytes> value = Optional.empty();
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            if (!isValueHeader(name)) {
                continue;
            }
            if (algorithm.isPresent()) {
                throw S3Error.INVALID_REQUEST.failure(
                        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
            }
            ChecksumAlgorithm known = byHeader(name).orElseThrow(() -> S3Error.headerNotImplemented(name));
            algorithm = Optional.of(known);
            value = Optional.of(decode(name, headers.value(i), known));
        }
        Optional<ChecksumAlgorithm> trailer = trailer(headers);
        if (trailer.isPresent() && algorithm.isPresent()) {
            throw S3Error.INVALID_REQUEST.failure(
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        }
        return trailer.isPresent()
                ? new RequestChecksum(trailer, Optional.empty(), true)
                : new RequestChecksum(algorithm, value, false);
    }

    /// The same where {@code x-amz-sdk-checksum-algorithm} promises that a checksum comes.
    ///
    /// @throws S3Failure InvalidRequest when none does
    static RequestChecksum ofPayload(Headers headers) {
        RequestChecksum checksum = of(headers);
        Optional<String> promised = headers.first("x-amz-sdk-checksum-algorithm");
        if (promised.isPresent()) {
            ChecksumAlgorithm algorithm = parse(promised.get())
                    .orElseThrow(() -> S3Error.INVALID_REQUEST.failure(
                            "Value for x-amz-sdk-checksum-algorithm header is invalid."));
            if (checksum.algorithm.isEmpty()) {
                throw S3Error.INVALID_REQUEST.failure(
                        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or "
                                + "x-amz-trailer headers were found.");
            }
            if (checksum.algorithm.get() != algorithm) {
                throw S3Error.INVALID_REQUEST.failure("Value for x-amz-sdk-checksum-algorithm header is invalid.");
            }
        }
        return checksum;
    }

    private static Optional<ChecksumAlgorithm> trailer(Headers headers) {
        Optional<String> trailer = headers.first("x-amz-trailer");
        if (trailer.isEmpty()) {
            return Optional.empty();
        }
        String name = trailer.get().strip().toLowerCase(Locale.ROOT);
        return Optional.of(byHeader(name)
                .orElseThrow(() -> S3Error.INVALID_REQUEST.failure(
                        "The value specified in the x-amz-trailer header is not supported")));
    }

    private static boolean isValueHeader(String name) {
        return name.startsWith(PREFIX)
                && !name.equals("x-amz-checksum-algorithm")
                && !name.equals("x-amz-checksum-type")
                && !name.equals("x-amz-checksum-mode");
    }

    private static Optional<ChecksumAlgorithm> byHeader(String name) {
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            if (algorithm.header().equals(name)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /// The algorithm of that name, in any case.
    static Optional<ChecksumAlgorithm> parse(String name) {
        for (ChecksumAlgorithm algorithm : ChecksumAlgorithm.values()) {
            if (algorithm.name().equalsIgnoreCase(name.strip())) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /// @throws S3Failure InvalidRequest
    static Bytes decode(String header, String text, ChecksumAlgorithm algorithm) {
        try {
            byte[] value = Base64.getDecoder().decode(text.strip());
            if (value.length == algorithm.lengthBytes()) {
                return Bytes.wrap(value);
            }
        } catch (IllegalArgumentException e) {
            // Refused below, like a value of the wrong length.
        }
        throw S3Error.INVALID_REQUEST.failure("Value for " + header + " header is invalid.");
    }

    static String encode(Bytes value) {
        return Base64.getEncoder().encodeToString(value.toArray());
    }

    static S3Failure mismatch(ChecksumAlgorithm algorithm) {
        return S3Error.BAD_DIGEST.failure("The " + algorithm + " you specified did not match the calculated checksum.");
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import java.util.List;

/// Headers that ask for what Flywheel does not have are refused, never ignored.
final class HeaderRules {
    private static final List<String> NOT_IMPLEMENTED_PREFIXES = List.of(
            "x-amz-server-side-encryption",
            "x-amz-copy-source-server-side-encryption",
            "x-amz-object-lock-",
            "x-amz-grant-",
            "x-amz-write-offset-bytes",
            "x-amz-rename-source");

    private HeaderRules() {}

    /// @throws io.flywheel.frontend.s3.error.S3Failure NotImplemented, AccessDenied, InvalidBucketOwnerAWSAccountID
    static void check(Headers headers, S3Options options) {
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            if (name.startsWith("x-amz-")) {
                check(name, headers.value(i), options);
            }
        }
    }

    private static void check(String name, String value, S3Options options) {
        for (String prefix : NOT_IMPLEMENTED_PREFIXES) {
            if (name.startsWith(prefix)) {
                throw S3Error.headerNotImplemented(name);
            }
        }
        switch (name) {
            case "x-amz-acl" -> {
                if (!value.equals("private") && !value.equals("bucket-owner-full-control")) {
                    throw S3Error.headerNotImplemented(name);
                }
            }
            case "x-amz-bucket-object-lock-enabled", "x-amz-bypass-governance-retention" -> {
                if (!value.equalsIgnoreCase("false")) {
                    throw S3Error.headerNotImplemented(name);
                }
            }
            case "x-amz-object-ownership" -> {
                if (!value.equals("BucketOwnerEnforced")) {
                    throw S3Error.headerNotImplemented(name);
                }
            }
            case "x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner" -> checkOwner(value, options);
            default -> {}
        }
    }

    private static void checkOwner(String value, S3Options options) {
        if (value.equals(options.accountNumber()) || value.equals(options.root().value())) {
            return;
        }
        boolean isNumber = value.length() == 12 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        throw isNumber ? S3Error.ACCESS_DENIED.failure() : S3Error.INVALID_BUCKET_OWNER.failure();
    }
}

package io.flywheel.frontend.s3;

import java.util.List;
import java.util.regex.Pattern;

/// The rules for names of buckets.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html">S3: naming rules</a>
final class BucketName {
    private static final Pattern IP_ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final List<String> PREFIXES = List.of("xn--", "sthree-", "amzn-s3-demo-");
    private static final List<String> SUFFIXES = List.of("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3");

    private BucketName() {}

    static boolean isValid(String name) {
        return isAllowed(name)
                && !name.contains("..")
                && !(name.charAt(0) <= '9' && IP_ADDRESS.matcher(name).matches())
                && !isReserved(name);
    }

    private static boolean isAllowed(String name) {
        int length = name.length();
        if (length < 3
                || length > 63
                || !isLetterOrDigit(name.charAt(0))
                || !isLetterOrDigit(name.charAt(length - 1))) {
            return false;
        }
        for (int i = 1; i < length - 1; i++) {
            char c = name.charAt(i);
            if (!isLetterOrDigit(c) && c != '.' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    private static boolean isReserved(String name) {
        for (String prefix : PREFIXES) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        for (String suffix : SUFFIXES) {
            if (name.endsWith(suffix)) {
                return true;
            }
        }
        return false;
    }
}

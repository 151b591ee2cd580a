package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.error.S3Error;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;

/// Where the next page of a listing begins, as clients hold it: opaque, and refused when it was tampered with.
///
/// ```text
/// base64url of: | version 1 (1 byte) | CRC32C of the name, little-endian (4) | name |
/// ```
final class ContinuationToken {
    private static final byte FORMAT = 1;
    private static final int HEAD_BYTES = 5;

    private ContinuationToken() {}

    static String write(String name) {
        return write(Bytes.utf8(name));
    }

    static String write(Bytes name) {
        byte[] token = new byte[HEAD_BYTES + name.length()];
        token[0] = FORMAT;
        name.copyTo(token, HEAD_BYTES);
        int crc = crc(token);
        for (int i = 0; i < 4; i++) {
            token[1 + i] = (byte) (crc >>> (8 * i));
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidArgument
    static Bytes read(String text) {
        try {
            byte[] token = Base64.getUrlDecoder().decode(text);
            if (token.length > HEAD_BYTES && token[0] == FORMAT) {
                int crc = 0;
                for (int i = 0; i < 4; i++) {
                    crc |= (token[1 + i] & 0xFF) << (8 * i);
                }
                if (crc == crc(token)) {
                    return Bytes.wrap(Arrays.copyOfRange(token, HEAD_BYTES, token.length));
                }
            }
        } catch (IllegalArgumentException e) {
            // Refused below, like a token with a wrong checksum.
        }
        throw S3Error.invalidArgument("The continuation token provided is incorrect", "continuation-token", text);
    }

    private static int crc(byte[] token) {
        var crc = new CRC32C();
        crc.update(token, HEAD_BYTES, token.length - HEAD_BYTES);
        return (int) crc.getValue();
    }
}

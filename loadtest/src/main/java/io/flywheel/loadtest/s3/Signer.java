package io.flywheel.loadtest.s3;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.http.AsciiBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// AWS Signature Version 4. What is the same for all requests of a second or of a day is kept for each thread, and
/// buffers are used again: a signature costs four hashes and hardly any memory.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html">S3:
///     authenticating requests</a>
public final class Signer {
    static final String EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Credentials credentials;
    private final String region;
    private final Clock clock;
    private final ThreadLocal<Desk> desks = ThreadLocal.withInitial(Desk::new);

    public Signer(Credentials credentials, String region, Clock clock) {
        this.credentials = credentials;
        this.region = region;
        this.clock = clock;
    }

    Credentials credentials() {
        return credentials;
    }

    /// What this thread signs with, set to the present second.
    Desk desk() {
        Desk desk = desks.get();
        desk.setTime(Math.floorDiv(clock.unixMillis(), 1000L));
        return desk;
    }

    /// What one thread signs with.
    final class Desk {
        private final AsciiBuffer canonical = new AsciiBuffer();
        private final AsciiBuffer text = new AsciiBuffer();
        private final MessageDigest sha256;
        private final Mac mac;
        private long second = Long.MIN_VALUE;
        private String dateTime = "";
        private String scope = "";

        private Desk() {
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
                mac = Mac.getInstance("HmacSHA256");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        private void setTime(long unixSeconds) {
            if (unixSeconds == second) {
                return;
            }
            second = unixSeconds;
            dateTime = TIME.format(Instant.ofEpochSecond(unixSeconds));
            String today = dateTime.substring(0, 8) + "/" + region + "/s3/aws4_request";
            if (!today.equals(scope)) {
                useScope(today);
            }
        }

        private void useScope(String used) {
            scope = used;
            byte[] key = ("AWS4" + credentials.secretKey()).getBytes(StandardCharsets.UTF_8);
            for (String part : used.split("/", -1)) {
                useKey(key);
                key = mac.doFinal(part.getBytes(StandardCharsets.UTF_8));
            }
            useKey(key);
        }

        private void useKey(byte[] key) {
            try {
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        /// Such as `20130524T000000Z`.
        String dateTime() {
            return dateTime;
        }

        /// Such as `AKIA.../20130524/us-east-1/s3/aws4_request`.
        String credential() {
            return credentials.accessKey() + "/" + scope;
        }

        String scope() {
            return scope;
        }

        /// Where the canonical request is to be written; empty.
        AsciiBuffer canonical() {
            canonical.clear();
            return canonical;
        }

        /// Signs the canonical request that was written.
        byte[] sign() {
            sha256.update(canonical.bytes(), 0, canonical.length());
            text.clear();
            text.text(ALGORITHM).one('\n').text(dateTime).one('\n').text(scope).one('\n');
            text.hex(sha256.digest());
            return signText();
        }

        private byte[] signText() {
            mac.update(text.bytes(), 0, text.length());
            return mac.doFinal();
        }

        /// Signs a chunk that follows another. The time and the key are those of {@code chain}.
        byte[] signChunk(Chain chain, byte[] previous, byte[] data, int length) {
            begin("-PAYLOAD", chain, previous).text(EMPTY_SHA256).one('\n');
            sha256.update(data, 0, length);
            text.hex(sha256.digest());
            return signText();
        }

        /// Signs the trailer, each field of which ends in a line feed.
        byte[] signTrailer(Chain chain, byte[] previous, byte[] trailer) {
            begin("-TRAILER", chain, previous);
            sha256.update(trailer);
            text.hex(sha256.digest());
            return signText();
        }

        private AsciiBuffer begin(String what, Chain chain, byte[] previous) {
            if (!chain.scope.equals(scope)) {
                // The day has changed while the body was sent.
                useScope(chain.scope);
                second = Long.MIN_VALUE;
            }
            text.clear();
            return text.text("AWS4-HMAC-SHA256")
                    .text(what)
                    .one('\n')
                    .text(chain.dateTime)
                    .one('\n')
                    .text(chain.scope)
                    .one('\n')
                    .hex(previous)
                    .one('\n');
        }
    }

    /// What the signatures of a body's chunks go back to.
    record Chain(String dateTime, String scope, byte[] seed) {}
}

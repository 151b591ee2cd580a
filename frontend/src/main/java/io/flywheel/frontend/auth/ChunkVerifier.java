package io.flywheel.frontend.auth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// Vouches for the chunks of an aws-chunked body.
sealed interface ChunkVerifier {
    boolean signed();

    /// Takes a piece of the current chunk, without moving its position.
    void update(ByteBuffer data);

    /// Ends the current chunk. The signatures form a chain that begins with the request's.
    boolean chunkMatches(String signature);

    /// @param canonical the trailing fields as {@code name:value\n}
    boolean trailerMatches(String canonical, String signature);

    /// Chunks that nothing vouches for.
    record Unsigned() implements ChunkVerifier {
        @Override
        public boolean signed() {
            return false;
        }

        @Override
        public void update(ByteBuffer data) {}

        @Override
        public boolean chunkMatches(String signature) {
            return true;
        }

        @Override
        public boolean trailerMatches(String canonical, String signature) {
            return true;
        }
    }

    /// Chunks of which each is signed.
    final class Signed implements ChunkVerifier {
        private final ChunkSigning signing;
        private final Hmac hmac;
        private final MessageDigest sha256 = Hashing.sha256();
        private String previous;

        Signed(ChunkSigning signing) {
            this.signing = signing;
            hmac = new Hmac(signing.signingKey().toArray());
            previous = signing.seedSignature();
        }

        @Override
        public boolean signed() {
            return true;
        }

        @Override
        public void update(ByteBuffer data) {
            sha256.update(data.duplicate());
        }

        @Override
        public boolean chunkMatches(String signature) {
            return matches("-PAYLOAD\n", Hashing.EMPTY_SHA256 + "\n", sha256.digest(), signature);
        }

        @Override
        public boolean trailerMatches(String canonical, String signature) {
            byte[] hash = sha256.digest(canonical.getBytes(StandardCharsets.ISO_8859_1));
            return matches("-TRAILER\n", "", hash, signature);
        }

        private boolean matches(String kind, String between, byte[] hash, String signature) {
            String stringToSign = SignatureV4.ALGORITHM + kind + signing.dateTime() + "\n" + signing.scope() + "\n"
                    + previous + "\n" + between + Hashing.HEX.formatHex(hash);
            previous = signature;
            return Hashing.spells(signature, hmac.of(stringToSign));
        }
    }
}

package io.flywheel.loadtest.s3;

import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.base.ChecksumHasher;
import io.flywheel.base.Checksums;
import io.flywheel.loadtest.http.AsciiBuffer;
import io.flywheel.loadtest.http.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// A payload in `aws-chunked` coding: 64 KiB a chunk, perhaps signed, perhaps with a checksum after the last.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html">S3: signature calculations for
///     payloads in chunks</a>
final class ChunkedPayload implements Payload {
    static final int CHUNK_BYTES = 64 * 1024;
    private static final int SIGNATURE_BYTES = ";chunk-signature=".length() + 64;
    private static final int TRAILER_SIGNATURE_BYTES = "x-amz-trailer-signature:".length() + 64 + 2;
    private static final byte[] CRLF = {'\r', '\n'};

    private final Payload plain;
    private final PayloadForm form;
    private final ChecksumAlgorithm algorithm;
    private final @Nullable Signer signer;
    private final @Nullable ChecksumHasher hasher;
    private final byte[] signedChunk;
    private final AsciiBuffer lead = new AsciiBuffer();
    private int leadGiven;
    private long plainLeft;
    private int chunkLength;
    private int chunkLeft;
    private boolean ended;
    private Signer.@Nullable Chain chain;
    private byte[] previous = new byte[0];

    /// @param signer where the form signs chunks
    ChunkedPayload(Payload plain, PayloadForm form, ChecksumAlgorithm algorithm, @Nullable Signer signer) {
        this.plain = plain;
        this.form = form;
        this.algorithm = algorithm;
        this.signer = signer;
        this.hasher = form.hasTrailer() ? Checksums.hasher(algorithm) : null;
        this.signedChunk = new byte[form.signsChunks() ? (int) Math.min(CHUNK_BYTES, plain.lengthBytes()) : 0];
    }

    long plainBytes() {
        return plain.lengthBytes();
    }

    /// What the chunks' signatures go back to; said before the first byte is asked for.
    void chain(Signer.Chain to) {
        chain = to;
    }

    @Override
    public long lengthBytes() {
        long length = plain.lengthBytes();
        long whole = length / CHUNK_BYTES;
        int rest = (int) (length % CHUNK_BYTES);
        long bytes = whole * (headBytes(CHUNK_BYTES) + CHUNK_BYTES + 2L) + headBytes(0) + 2L;
        if (rest > 0) {
            bytes += headBytes(rest) + rest + 2L;
        }
        if (form.hasTrailer()) {
            bytes += algorithm.header().length() + 1L + (algorithm.lengthBytes() + 2) / 3 * 4L + 2L;
            bytes += form.signsChunks() ? TRAILER_SIGNATURE_BYTES : 0;
        }
        return bytes;
    }

    private int headBytes(int length) {
        return Integer.toHexString(length).length() + (form.signsChunks() ? SIGNATURE_BYTES : 0) + 2;
    }

    @Override
    public void rewind() {
        plain.rewind();
        plainLeft = plain.lengthBytes();
        lead.clear();
        leadGiven = 0;
        chunkLength = 0;
        chunkLeft = 0;
        ended = false;
        if (hasher != null) {
            var _ = hasher.value();
        }
        if (chain != null) {
            previous = chain.seed();
        }
    }

    @Override
    public void write(ByteBuffer into) {
        while (into.hasRemaining()) {
            if (leadGiven < lead.length()) {
                int count = Math.min(into.remaining(), lead.length() - leadGiven);
                into.put(lead.bytes(), leadGiven, count);
                leadGiven += count;
            } else if (chunkLeft > 0) {
                writeData(into);
            } else if (!ended) {
                nextLead();
            } else {
                return;
            }
        }
    }

    private void writeData(ByteBuffer into) {
        int count = Math.min(into.remaining(), chunkLeft);
        if (form.signsChunks()) {
            into.put(signedChunk, chunkLength - chunkLeft, count);
        } else {
            int from = into.position();
            int limit = into.limit();
            into.limit(from + count);
            while (into.hasRemaining()) {
                plain.write(into);
            }
            into.position(from);
            hash(into);
            into.limit(limit);
        }
        chunkLeft -= count;
        if (chunkLeft == 0) {
            setLead();
            lead.raw(CRLF);
        }
    }

    private void hash(ByteBuffer bytes) {
        if (hasher != null) {
            hasher.update(bytes);
        }
    }

    private void setLead() {
        lead.clear();
        leadGiven = 0;
    }

    /// The head of the next chunk, of the last with what follows it.
    private void nextLead() {
        setLead();
        chunkLength = (int) Math.min(CHUNK_BYTES, plainLeft);
        chunkLeft = chunkLength;
        plainLeft -= chunkLength;
        lead.text(Integer.toHexString(chunkLength));
        if (form.signsChunks()) {
            ByteBuffer chunk = ByteBuffer.wrap(signedChunk, 0, chunkLength);
            while (chunk.hasRemaining()) {
                plain.write(chunk);
            }
            hash(chunk.flip());
            previous = signing().signChunk(chain(), previous, signedChunk, chunkLength);
            lead.text(";chunk-signature=").hex(previous);
        }
        lead.raw(CRLF);
        if (chunkLength == 0) {
            if (hasher != null) {
                appendTrailer(hasher);
            }
            lead.raw(CRLF);
            ended = true;
        }
    }

    private void appendTrailer(ChecksumHasher checksum) {
        String field = algorithm.header() + ":"
                + Base64.getEncoder().encodeToString(checksum.value().toArray());
        lead.text(field).raw(CRLF);
        if (form.signsChunks()) {
            byte[] signed = (field + "\n").getBytes(StandardCharsets.US_ASCII);
            lead.text("x-amz-trailer-signature:")
                    .hex(signing().signTrailer(chain(), previous, signed))
                    .raw(CRLF);
        }
    }

    private Signer.Desk signing() {
        if (signer == null) {
            throw new IllegalStateException("no signer");
        }
        return signer.desk();
    }

    private Signer.Chain chain() {
        if (chain == null) {
            throw new IllegalStateException("not signed yet");
        }
        return chain;
    }
}

package io.flywheel.loadtest.s3;

import static io.flywheel.base.Check.check;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/// What objects hold: every byte follows from a seed, an object's identity and the byte's offset, so that any range of
/// any object can be made and checked without keeping it, at the speed of copying and comparing memory.
///
/// ```
/// an object:  | block 0 | block 1 | ...      4096 bytes each
/// a block:    | 8 bytes: hash(object, block) | 4088 bytes of the pool, from where that hash says |
/// ```
///
/// The pool is 256 KiB of random bytes made from the seed: it stays in a core's cache beside what was received. A store
/// that finds repetitions over more than that can shrink such objects: this measures no compression.
public final class Content {
    private static final int BLOCK_BYTES = 4096;
    private static final int HEAD_BYTES = 8;
    private static final int POOL_BITS = 18;
    private static final int POOL_BYTES = 1 << POOL_BITS;
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private static final ValueLayout.OfLong HEAD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final long seed;
    private final byte[] pool = new byte[POOL_BYTES + BLOCK_BYTES];
    private final MemorySegment poolSegment = MemorySegment.ofArray(pool);

    public Content(long seed) {
        this.seed = seed;
        new SplittableRandom(seed).nextBytes(pool);
    }

    /// The identity of the object that is stored as {@code name} first; its copies keep it.
    public long identity(String name) {
        long hash = seed;
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash + name.charAt(i) + GOLDEN);
        }
        return hash;
    }

    /// Puts bytes into a buffer at its position.
    public void write(long identity, long offset, ByteBuffer into, int count) {
        check(offset >= 0 && count <= into.remaining(), "within the buffer");
        int at = into.position();
        int end = at + count;
        long from = offset;
        while (at < end) {
            long hash = mix(identity + (from / BLOCK_BYTES) * GOLDEN);
            int within = (int) (from % BLOCK_BYTES);
            int length = Math.min(BLOCK_BYTES - within, end - at);
            int head = Math.min(Math.max(HEAD_BYTES - within, 0), length);
            if (head == HEAD_BYTES) {
                putLong(into, at, hash);
            } else {
                for (int i = 0; i < head; i++) {
                    into.put(at + i, (byte) (hash >>> (8 * (within + i))));
                }
            }
            into.put(at + head, pool, poolAt(hash) + within + head, length - head);
            at += length;
            from += length;
        }
        into.position(end);
    }

    private static void putLong(ByteBuffer into, int at, long value) {
        into.putLong(at, into.order() == ByteOrder.LITTLE_ENDIAN ? value : Long.reverseBytes(value));
    }

    private static int poolAt(long hash) {
        return (int) (mix(hash) >>> (Long.SIZE - POOL_BITS));
    }

    /// Compares bytes, from the buffer's position to its limit, with what they should be.
    ///
    /// @param offset of the first in the object
    /// @return the offset of the first wrong byte, or -1
    public long mismatch(long identity, long offset, ByteBuffer bytes) {
        MemorySegment actual = MemorySegment.ofBuffer(bytes);
        long size = actual.byteSize();
        long at = 0;
        while (at < size) {
            long from = offset + at;
            long hash = mix(identity + (from / BLOCK_BYTES) * GOLDEN);
            int within = (int) (from % BLOCK_BYTES);
            long length = Math.min(BLOCK_BYTES - within, size - at);
            long head = Math.min(Math.max(HEAD_BYTES - within, 0), length);
            if (head != HEAD_BYTES || actual.get(HEAD, at) != hash) {
                for (int i = 0; i < head; i++) {
                    if (actual.get(ValueLayout.JAVA_BYTE, at + i) != (byte) (hash >>> (8 * (within + i)))) {
                        return from + i;
                    }
                }
            }
            long expected = (long) poolAt(hash) + within;
            long wrong = MemorySegment.mismatch(
                    actual, at + head, at + length, poolSegment, expected + head, expected + length);
            if (wrong >= 0) {
                return from + head + wrong;
            }
            at += length;
        }
        return -1;
    }

    /// Spreads bits (Stafford's variant 13 of MurmurHash3's finalizer).
    public static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}

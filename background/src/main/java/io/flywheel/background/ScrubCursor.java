package io.flywheel.background;

import io.flywheel.base.BlockId;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/// How far a pass of the scrub is.
///
/// ```
///   format u32 = 1 | begun u64 | next: copyset u32, lease u64, counter u64 | blocks u64 | total u64
///   | hurried u8 | CRC32C of all before u32
/// ```
///
/// @param begunMillis by the wall clock
/// @param next the block to go on with
/// @param blocks that were read
/// @param total blocks that there were when the pass began
/// @param isHurried whether it reads as fast as it may
record ScrubCursor(long begunMillis, BlockId next, long blocks, long total, boolean isHurried) {
    static final int BYTES = 4 + 8 + 20 + 8 + 8 + 1 + 4;

    private static final int FORMAT = 1;

    ScrubCursor past(BlockId block) {
        return new ScrubCursor(begunMillis, after(block), blocks + 1, total, isHurried);
    }

    ScrubCursor withTotal(long counted) {
        return new ScrubCursor(begunMillis, next, blocks, counted, isHurried);
    }

    ScrubCursor begunAt(long unixMillis) {
        return new ScrubCursor(unixMillis, next, blocks, total, isHurried);
    }

    static BlockId after(BlockId block) {
        return new BlockId(block.copyset(), block.lease(), block.counter() + 1);
    }

    byte[] encode() {
        var out = ByteBuffer.allocate(BYTES).putInt(FORMAT).putLong(begunMillis);
        out.putInt(next.copyset()).putLong(next.lease()).putLong(next.counter());
        out.putLong(blocks).putLong(total).put((byte) (isHurried ? 1 : 0));
        return out.putInt(crc(out.array())).array();
    }

    /// Empty for anything that was not written so: the pass begins anew.
    static Optional<ScrubCursor> decode(byte[] bytes) {
        if (bytes.length != BYTES) {
            return Optional.empty();
        }
        var in = ByteBuffer.wrap(bytes);
        if (in.getInt(BYTES - 4) != crc(bytes) || in.getInt() != FORMAT) {
            return Optional.empty();
        }
        long begun = in.getLong();
        int copyset = in.getInt();
        long lease = in.getLong();
        long counter = in.getLong();
        long blocks = in.getLong();
        long total = in.getLong();
        boolean hurried = in.get() != 0;
        return copyset < 0 || lease < 1 || counter < 0 || blocks < 0 || total < 0
                ? Optional.empty()
                : Optional.of(new ScrubCursor(begun, new BlockId(copyset, lease, counter), blocks, total, hurried));
    }

    private static int crc(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, 0, BYTES - 4);
        return (int) crc.getValue();
    }
}

package io.flywheel.shardstore;

import io.flywheel.base.Disk.Geometry;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Gives any bytes to a decoder of a format on the disk: it must answer with a value or a typed error, and what it
/// accepts must survive being written again. {@link #fuzzerTestOneInput} is the entry point of Jazzer.
public final class DecoderFuzz {
    static final Geometry GEOMETRY = new Geometry(16, 16 << 10, 512);

    private DecoderFuzz() {}

    /// The formats that have a decoder.
    enum Format {
        FRAME,
        SUPERBLOCK,
        MANIFEST,
        CHECKPOINT_PAGE,
        TABLE_PAGE,
        TABLE_ROOT,
        ENTRY,
        LOCATOR
    }

    /// The first byte chooses the format, the others are its bytes.
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 0) {
            var formats = Format.values();
            decode(formats[Math.floorMod(input[0], formats.length)], Arrays.copyOfRange(input, 1, input.length));
        }
    }

    /// True when the decoder accepted the bytes.
    static boolean decode(Format format, byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        return switch (format) {
            case FRAME -> frame(buffer);
            case SUPERBLOCK -> superblock(buffer);
            case MANIFEST -> {
                var manifest = Manifest.decode(buffer, GEOMETRY);
                manifest.ifPresent(value -> same(buffer, value.encode()));
                yield manifest.isPresent();
            }
            case CHECKPOINT_PAGE -> {
                var page = CheckpointPage.decode(buffer, GEOMETRY);
                page.ifPresent(value -> same(
                        value.encode(),
                        CheckpointPage.decode(value.encode(), GEOMETRY)
                                .orElseThrow()
                                .encode()));
                yield page.isPresent();
            }
            case TABLE_PAGE -> TablePage.decode(buffer, GEOMETRY).isPresent();
            case TABLE_ROOT -> TableRoot.decode(buffer, GEOMETRY).isPresent();
            case ENTRY -> EntryFormat.decode(buffer.order(ByteOrder.LITTLE_ENDIAN), GEOMETRY) != null;
            case LOCATOR -> {
                boolean whole = bytes.length >= Locator.BYTES;
                yield whole
                        && Locator.decode(buffer.order(ByteOrder.LITTLE_ENDIAN)).isWithin(GEOMETRY);
            }
        };
    }

    private static boolean frame(ByteBuffer bytes) {
        return switch (Frame.decode(bytes, 0)) {
            case Frame.Decoded.Valid(var frame) -> {
                var again = ByteBuffer.allocate(Frame.HEADER_BYTES);
                frame.encode(again, 0);
                if (!new Frame.Decoded.Valid(frame).equals(Frame.decode(again, 0))) {
                    throw new AssertionError(frame + " changes when it is written again");
                }
                yield true;
            }
            case Frame.Decoded.Invalid _ -> false;
        };
    }

    private static boolean superblock(ByteBuffer bytes) {
        return switch (Superblock.decode(bytes, 0)) {
            case Superblock.Decoded.Valid(var superblock) -> {
                var again = Superblock.decode(superblock.encode(), 0);
                if (!again.equals(new Superblock.Decoded.Valid(superblock))) {
                    throw new AssertionError(superblock + " changes when it is written again, to " + again);
                }
                yield true;
            }
            case Superblock.Decoded.Unsupported _, Superblock.Decoded.Invalid() -> false;
        };
    }

    private static void same(ByteBuffer one, ByteBuffer other) {
        if (!one.equals(other)) {
            throw new AssertionError("the bytes change when they are written again");
        }
    }

    /// Mends the CRC of bytes that were changed, so that a decoder looks further.
    static void mend(Format format, byte[] bytes) {
        int at = switch (format) {
            case FRAME -> Frame.HEADER_BYTES - Integer.BYTES;
            case SUPERBLOCK -> Superblock.BYTES - Integer.BYTES;
            case MANIFEST, CHECKPOINT_PAGE, TABLE_PAGE, TABLE_ROOT, ENTRY, LOCATOR -> -1;
        };
        if (at >= 0 && bytes.length >= at + Integer.BYTES) {
            var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            buffer.putInt(at, Frame.crc32c(buffer.slice(0, at)));
        }
    }
}

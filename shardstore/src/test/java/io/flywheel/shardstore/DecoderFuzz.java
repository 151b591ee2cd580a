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
        EXTENT_LINK,
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
            case TABLE_PAGE -> {
                var page = TablePage.decode(buffer, GEOMETRY);
                page.ifPresent(DecoderFuzz::use);
                yield page.isPresent();
            }
            case TABLE_ROOT -> {
                var root = TableRoot.decode(buffer, GEOMETRY);
                root.ifPresent(value -> {
                    same(buffer, value.encode());
                    use(value);
                });
                yield root.isPresent();
            }
            case ENTRY -> entry(buffer.order(ByteOrder.LITTLE_ENDIAN));
            case EXTENT_LINK -> {
                var link = ExtentLink.decode(buffer, GEOMETRY.extents());
                link.ifPresent(value -> same(buffer, value.encode()));
                yield link.isPresent();
            }
            case LOCATOR -> {
                boolean whole = bytes.length >= Locator.BYTES;
                yield whole
                        && Locator.decode(buffer.order(ByteOrder.LITTLE_ENDIAN)).isWithin(GEOMETRY);
            }
        };
    }

    /// What look-ups and listings do with a page: every key is found, and what it has lies on the disk.
    private static void use(TablePage page) {
        for (int index = 0; index < page.size(); index++) {
            var key = page.key(index);
            var entry = page.entry(index);
            if (page.ceiling(key) != index || page.find(key) == null) {
                throw new AssertionError("a key of the page is not found in it: " + key);
            }
            if (!entry.isRemoved() && !entry.at().isWithin(GEOMETRY)) {
                throw new AssertionError("an entry lies outside of the disk: " + entry.at());
            }
        }
    }

    private static void use(TableRoot root) {
        for (int page = 0; page < root.pages(); page++) {
            if (!root.place(page).isWithin(GEOMETRY)) {
                throw new AssertionError("a page lies outside of the disk: " + root.place(page));
            }
        }
        var last = root.last();
        if (root.page(root.first()) != 0 || root.page(last) != root.pages() - 1) {
            throw new AssertionError("the first or the last key is in another page");
        }
        root.mayContain(last, last.hash());
    }

    private static boolean entry(ByteBuffer bytes) {
        var entry = EntryFormat.decode(bytes, GEOMETRY);
        if (entry == null) {
            return false;
        }
        var again = ByteBuffer.allocate(EntryFormat.bytesMax(entry)).order(ByteOrder.LITTLE_ENDIAN);
        EntryFormat.encode(entry, again);
        var decoded = EntryFormat.decode(again.flip(), GEOMETRY);
        if (decoded == null || !decoded.isSame(entry) || !decoded.shares().equals(entry.shares())) {
            throw new AssertionError("an entry at " + entry.at() + " changes when it is written again");
        }
        return true;
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
            case MANIFEST, CHECKPOINT_PAGE, TABLE_PAGE, TABLE_ROOT, ENTRY, EXTENT_LINK, LOCATOR -> -1;
        };
        if (at >= 0 && bytes.length >= at + Integer.BYTES) {
            var buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            buffer.putInt(at, Frame.crc32c(buffer.slice(0, at)));
        }
    }
}

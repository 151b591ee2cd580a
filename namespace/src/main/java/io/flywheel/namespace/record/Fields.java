package io.flywheel.namespace.record;

import io.flywheel.base.BlockId;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Tag;
import io.flywheel.namespace.UploadId;
import io.flywheel.namespace.VersionId;
import java.util.List;

/// The groups of fields that several formats share.
final class Fields {
    private static final String STANDARD = "STANDARD";
    private static final ChecksumAlgorithm[] ALGORITHMS = ChecksumAlgorithm.values();
    private static final ObjectChecksum.Type[] TYPES = ObjectChecksum.Type.values();

    private Fields() {}

    /// position fixed64, nonce fixed64
    static void version(Encoder out, VersionId id) {
        out.fixed64(id.position()).fixed64(id.nonce());
    }

    static VersionId version(Decoder in) throws MalformedRecord {
        long position = in.fixed64();
        if (position < 0) {
            throw new MalformedRecord("a negative position");
        }
        return new VersionId(position, in.fixed64());
    }

    static void upload(Encoder out, UploadId id) {
        out.fixed64(id.high()).fixed64(id.low());
    }

    static UploadId upload(Decoder in) throws MalformedRecord {
        long high = in.fixed64();
        long low = in.fixed64();
        if (high == 0 && low == 0) {
            throw new MalformedRecord("an upload id of zeros");
        }
        return new UploadId(high, low);
    }

    /// copyset varint, lease varint, counter varint
    static void block(Encoder out, BlockId id) {
        out.varint(id.copyset()).varint(id.lease()).varint(id.counter());
    }

    static BlockId block(Decoder in) throws MalformedRecord {
        int copyset = in.count(Integer.MAX_VALUE);
        long lease = in.size();
        if (lease == 0) {
            throw new MalformedRecord("lease 0");
        }
        return new BlockId(copyset, lease, in.size());
    }

    /// count varint, then key and value each
    static void tags(Encoder out, List<Tag> tags) {
        out.varint(tags.size());
        tags.forEach(tag -> out.text(tag.key()).text(tag.value()));
    }

    static List<Tag> tags(Decoder in) throws MalformedRecord {
        return in.list(field -> new Tag(field.text(), field.text()));
    }

    /// storage class (flag, and a name unless it is STANDARD), system headers, user headers, tags
    static void attributes(Encoder out, Attributes attributes) {
        storageClass(out, attributes.storageClass());
        headers(out, attributes.system());
        headers(out, attributes.user());
        tags(out, attributes.tags());
    }

    static Attributes attributes(Decoder in) throws MalformedRecord {
        String storageClass = storageClass(in);
        return new Attributes(headers(in), headers(in), tags(in), storageClass);
    }

    private static void headers(Encoder out, List<Attributes.Header> headers) {
        out.varint(headers.size());
        headers.forEach(header -> out.text(header.name()).text(header.value()));
    }

    private static List<Attributes.Header> headers(Decoder in) throws MalformedRecord {
        return in.list(field -> new Attributes.Header(field.text(), field.text()));
    }

    static void storageClass(Encoder out, String storageClass) {
        boolean named = !storageClass.equals(STANDARD);
        out.flag(named);
        if (named) {
            out.text(storageClass);
        }
    }

    static String storageClass(Decoder in) throws MalformedRecord {
        return in.flag() ? in.text() : STANDARD;
    }

    /// algorithm u8, type u8, value bytes, parts varint
    static void checksum(Encoder out, ObjectChecksum checksum) {
        algorithm(out, checksum.algorithm());
        type(out, checksum.type());
        out.bytes(checksum.value()).varint(checksum.parts());
    }

    static ObjectChecksum checksum(Decoder in) throws MalformedRecord {
        return new ObjectChecksum(algorithm(in), type(in), in.bytes(), in.count(Integer.MAX_VALUE));
    }

    static void algorithm(Encoder out, ChecksumAlgorithm algorithm) {
        out.constant(algorithm);
    }

    static ChecksumAlgorithm algorithm(Decoder in) throws MalformedRecord {
        return in.constant(ALGORITHMS);
    }

    static void type(Encoder out, ObjectChecksum.Type type) {
        out.constant(type);
    }

    static ObjectChecksum.Type type(Decoder in) throws MalformedRecord {
        return in.constant(TYPES);
    }

    /// kind u8; 0 inline: bytes; 1 blocks of which there is a single copy: count, then each block's id, length,
    /// bytes of a piece, CRCs of its pieces; 2 parts: upload; 3 blocks of any scheme: count, then each block's
    /// scheme fixed32 and what a block has in 1
    static void content(Encoder out, Content content) {
        switch (content) {
            case Content.Inline inline -> out.u8(0).bytes(inline.bytes());
            case Content.Blocks(var blocks) -> {
                boolean single = blocks.stream().allMatch(Fields::isSingleCopy);
                out.u8(single ? 1 : 3).varint(blocks.size());
                for (var ref : blocks) {
                    if (!single) {
                        out.fixed32(ref.scheme()).fixed32(ref.slots());
                    }
                    blockRef(out, ref);
                }
            }
            case Content.Parts parts -> upload(out.u8(2), parts.upload());
        }
    }

    static Content content(Decoder in) throws MalformedRecord {
        return switch (in.u8()) {
            case 0 -> new Content.Inline(in.bytes());
            case 1 -> new Content.Blocks(in.list(field -> blockRef(field, BlockRef.SINGLE_COPY, BlockRef.FIRST_SLOT)));
            case 2 -> new Content.Parts(upload(in));
            case 3 -> new Content.Blocks(in.list(field -> blockRef(field, field.fixed32(), field.fixed32())));
            default -> throw new MalformedRecord("an unknown kind of content");
        };
    }

    private static boolean isSingleCopy(BlockRef ref) {
        return ref.scheme() == BlockRef.SINGLE_COPY && ref.slots() == BlockRef.FIRST_SLOT;
    }

    private static void blockRef(Encoder out, BlockRef ref) {
        block(out, ref.id());
        out.varint(ref.lengthBytes()).varint(ref.pieceBytes()).varint(ref.pieceCrcs().length);
        for (long crc : ref.pieceCrcs()) {
            out.fixed64(crc);
        }
    }

    private static BlockRef blockRef(Decoder in, int scheme, int slots) throws MalformedRecord {
        BlockId id = block(in);
        int lengthBytes = in.count(Integer.MAX_VALUE);
        int pieceBytes = in.count(Integer.MAX_VALUE);
        long[] crcs = new long[in.count(in.remaining() / 8)];
        for (int i = 0; i < crcs.length; i++) {
            crcs[i] = in.fixed64();
        }
        return new BlockRef(id, scheme, slots, lengthBytes, pieceBytes, crcs);
    }
}

package io.flywheel.namespace.record;

import io.flywheel.namespace.Deletion;

/// An entry of the deletion queue; its position and ordinal are its key.
///
/// ```
/// version u8 = 1 | kind u8; 0: count and blocks; 1: upload
/// ```
public final class StoredDeletion {
    private static final int FORMAT = 1;

    private StoredDeletion() {}

    public static byte[] encode(Deletion deletion) {
        Encoder out = new Encoder(64).u8(FORMAT);
        switch (deletion) {
            case Deletion.OfBlocks ofBlocks -> {
                out.u8(0).varint(ofBlocks.blocks().size());
                ofBlocks.blocks().forEach(block -> Fields.block(out, block));
            }
            case Deletion.OfUpload ofUpload -> Fields.upload(out.u8(1), ofUpload.upload());
        }
        return out.toArray();
    }

    public static Deletion decode(byte[] bytes, long position, int ordinal) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        Deletion deletion = switch (in.u8()) {
            case 0 -> new Deletion.OfBlocks(position, ordinal, in.list(Fields::block));
            case 1 -> new Deletion.OfUpload(position, ordinal, Fields.upload(in));
            default -> throw new MalformedRecord("an unknown kind of deletion");
        };
        in.end();
        return deletion;
    }
}

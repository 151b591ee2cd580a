package io.flywheel.namespace.record;

import io.flywheel.namespace.UploadId;
import io.flywheel.namespace.VersionId;

/// Whom a block belongs to.
///
/// ```
/// version u8 = 1 | kind u8; 0 an object: bucket's id fixed64, version; 1 a part: bucket's id fixed64, upload, number
/// ```
public sealed interface StoredOwner {
    int FORMAT = 1;

    record OfVersion(long bucketId, VersionId version) implements StoredOwner {}

    record OfPart(long bucketId, UploadId upload, int number) implements StoredOwner {}

    default byte[] encode() {
        Encoder out = new Encoder(32).u8(FORMAT);
        switch (this) {
            case OfVersion ofVersion -> Fields.version(out.u8(0).fixed64(ofVersion.bucketId()), ofVersion.version());
            case OfPart ofPart -> {
                Fields.upload(out.u8(1).fixed64(ofPart.bucketId()), ofPart.upload());
                out.varint(ofPart.number());
            }
        }
        return out.toArray();
    }

    static StoredOwner decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        StoredOwner owner = switch (in.u8()) {
            case 0 -> new OfVersion(in.fixed64(), Fields.version(in));
            case 1 -> new OfPart(in.fixed64(), Fields.upload(in), in.count(Integer.MAX_VALUE));
            default -> throw new MalformedRecord("an unknown kind of owner");
        };
        in.end();
        return owner;
    }
}

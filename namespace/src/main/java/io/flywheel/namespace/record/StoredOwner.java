package io.flywheel.namespace.record;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.UploadId;
import io.flywheel.namespace.VersionId;
import java.util.Optional;

/// Whom a block belongs to.
///
/// ```
/// version u8 = 1 | kind u8
///   0 an object: bucket's id fixed64, version (earlier releases)
///   1 a part: bucket's id fixed64, upload, number
///   2 an object: bucket's id fixed64, version, key
/// ```
public sealed interface StoredOwner {
    int FORMAT = 1;

    /// @param key empty where an earlier release did not write it
    record OfVersion(long bucketId, VersionId version, Optional<Bytes> key) implements StoredOwner {}

    record OfPart(long bucketId, UploadId upload, int number) implements StoredOwner {}

    default byte[] encode() {
        Encoder out = new Encoder(32).u8(FORMAT);
        switch (this) {
            case OfVersion ofVersion -> {
                out.u8(ofVersion.key().isPresent() ? 2 : 0).fixed64(ofVersion.bucketId());
                Fields.version(out, ofVersion.version());
                ofVersion.key().ifPresent(out::bytes);
            }
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
            case 0 -> new OfVersion(in.fixed64(), Fields.version(in), Optional.empty());
            case 1 -> new OfPart(in.fixed64(), Fields.upload(in), in.count(Integer.MAX_VALUE));
            case 2 -> new OfVersion(in.fixed64(), Fields.version(in), Optional.of(in.bytes()));
            default -> throw new MalformedRecord("an unknown kind of owner");
        };
        in.end();
        return owner;
    }
}

package io.flywheel.namespace.record;

import io.flywheel.namespace.Bucket;
import io.flywheel.namespace.Versioning;

/// A bucket and its internal id, which no other bucket ever has: so a bucket made again under an old name cannot see
/// what the old one left.
///
/// ```
/// version u8 = 1 | id fixed64 | name | owner | region | created signed | versioning u8 | tags
/// ```
public record StoredBucket(long id, Bucket bucket) {
    private static final int FORMAT = 1;
    private static final Versioning[] VERSIONINGS = Versioning.values();

    public byte[] encode() {
        Encoder out = new Encoder(128).u8(FORMAT).fixed64(id).text(bucket.name());
        out.account(bucket.owner()).text(bucket.region()).signed(bucket.createdMillis());
        out.constant(bucket.versioning());
        Fields.tags(out, bucket.tags());
        return out.toArray();
    }

    public static StoredBucket decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        long id = in.fixed64();
        Bucket bucket =
                new Bucket(in.text(), in.account(), in.text(), in.signed(), in.constant(VERSIONINGS), Fields.tags(in));
        in.end();
        return new StoredBucket(id, bucket);
    }
}

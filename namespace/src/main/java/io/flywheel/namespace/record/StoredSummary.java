package io.flywheel.namespace.record;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.ListPage;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Version;
import java.util.Optional;

/// The live object of a key, as small as listing allows. The account is the bucket's owner.
///
/// ```
/// version u8 = 1 | position fixed64 | checksum u8 | modified signed | size varint | etag | storage class
/// ```
/// where checksum is 0 for none, otherwise 1 + algorithm + 8 * type.
public final class StoredSummary {
    private static final int FORMAT = 1;
    private static final ChecksumAlgorithm[] ALGORITHMS = ChecksumAlgorithm.values();
    private static final ObjectChecksum.Type[] TYPES = ObjectChecksum.Type.values();

    private StoredSummary() {}

    @SuppressWarnings("EnumOrdinal") // the order of the constants is part of the format
    public static byte[] encode(Version.ObjectVersion object) {
        Encoder out = new Encoder(48).u8(FORMAT).fixed64(object.id().position());
        out.u8(object.checksum()
                .map(checksum ->
                        1 + checksum.algorithm().ordinal() + 8 * checksum.type().ordinal())
                .orElse(0));
        out.signed(object.modifiedMillis()).varint(object.sizeBytes()).etag(object.etag());
        Fields.storageClass(out, object.attributes().storageClass());
        return out.toArray();
    }

    /// The position of the version that it sums up.
    public static long position(byte[] bytes) throws MalformedRecord {
        long position = new Decoder(bytes).version(FORMAT).fixed64();
        if (position < 0) {
            throw new MalformedRecord("a negative position");
        }
        return position;
    }

    public static ListPage.Summary decode(byte[] bytes, Bytes key, AccountId owner) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        in.fixed64();
        int checksum = in.u8();
        long modifiedMillis = in.signed();
        long sizeBytes = in.size();
        String etag = in.etag();
        String storageClass = Fields.storageClass(in);
        in.end();
        return new ListPage.Summary(
                key, modifiedMillis, etag, sizeBytes, storageClass, owner, type(checksum), algorithm(checksum));
    }

    private static Optional<ChecksumAlgorithm> algorithm(int checksum) throws MalformedRecord {
        if (checksum == 0) {
            return Optional.empty();
        }
        int ordinal = (checksum - 1) % 8;
        if (ordinal >= ALGORITHMS.length) {
            throw new MalformedRecord("checksum algorithm " + ordinal);
        }
        return Optional.of(ALGORITHMS[ordinal]);
    }

    private static Optional<ObjectChecksum.Type> type(int checksum) throws MalformedRecord {
        if (checksum == 0) {
            return Optional.empty();
        }
        int ordinal = (checksum - 1) / 8;
        if (ordinal >= TYPES.length) {
            throw new MalformedRecord("checksum type " + ordinal);
        }
        return Optional.of(TYPES[ordinal]);
    }
}

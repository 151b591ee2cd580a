package io.flywheel.namespace.record;

import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Version;
import io.flywheel.namespace.VersionId;
import java.util.Optional;

/// A version of a key. Small content is part of it, larger content is a {@link StoredContent} of its own.
///
/// ```
/// version u8 = 1 | flags u8: 1 null version, 2 delete marker, 4 content elsewhere | id | owner | modified signed
/// and of an object: size varint | etag | checksum optional | parts varint | attributes | content unless elsewhere
/// ```
///
/// @param elsewhere the version's content is {@link Content#EMPTY}, the real one is stored on its own
public record StoredVersion(Version version, boolean elsewhere) {
    private static final int FORMAT = 1;

    /// The largest encoded content that travels in the record.
    private static final int CONTENT_BYTES_MAX = 256;

    /// Whether the content is to be stored on its own.
    public static boolean large(Content content) {
        return switch (content) {
            case Content.Inline inline -> inline.bytes().length() > CONTENT_BYTES_MAX;
            case Content.Blocks blocks ->
                blocks.blocks().size() * 32L
                                + 8L
                                        * blocks.blocks().stream()
                                                .mapToInt(ref -> ref.pieceCrcs().length)
                                                .sum()
                        > CONTENT_BYTES_MAX;
            case Content.Parts _ -> false;
        };
    }

    public byte[] encode() {
        Encoder out = new Encoder(160).u8(FORMAT);
        boolean marker = version instanceof Version.DeleteMarker;
        out.u8((version.isNull() ? 1 : 0) | (marker ? 2 : 0) | (elsewhere ? 4 : 0));
        Fields.version(out, version.id());
        out.account(version.owner()).signed(version.modifiedMillis());
        if (version instanceof Version.ObjectVersion object) {
            out.varint(object.sizeBytes()).etag(object.etag());
            out.optional(object.checksum(), checksum -> Fields.checksum(out, checksum));
            out.varint(object.partCount());
            Fields.attributes(out, object.attributes());
            if (!elsewhere) {
                Fields.content(out, object.content());
            }
        }
        return out.toArray();
    }

    public static StoredVersion decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        int flags = in.u8();
        if (flags > 7) {
            throw new MalformedRecord("flags " + flags);
        }
        boolean isNull = (flags & 1) != 0;
        boolean elsewhere = (flags & 4) != 0;
        VersionId id = Fields.version(in);
        AccountId owner = in.account();
        long modifiedMillis = in.signed();
        Version version = (flags & 2) != 0
                ? new Version.DeleteMarker(id, isNull, owner, modifiedMillis)
                : object(in, id, isNull, owner, modifiedMillis, elsewhere);
        in.end();
        return new StoredVersion(version, elsewhere);
    }

    private static Version object(
            Decoder in, VersionId id, boolean isNull, AccountId owner, long modifiedMillis, boolean elsewhere)
            throws MalformedRecord {
        long sizeBytes = in.size();
        String etag = in.etag();
        var checksum = in.optional(Fields::checksum);
        int parts = in.count(Integer.MAX_VALUE);
        var attributes = Fields.attributes(in);
        Content content = elsewhere ? Content.EMPTY : Fields.content(in);
        return new Version.ObjectVersion(
                id, isNull, owner, modifiedMillis, sizeBytes, etag, checksum, parts, attributes, content);
    }

    /// The object, where it is one.
    public Optional<Version.ObjectVersion> object() {
        return version instanceof Version.ObjectVersion object ? Optional.of(object) : Optional.empty();
    }
}

package io.flywheel.namespace.record;

import io.flywheel.namespace.Content;
import io.flywheel.namespace.Version;

/// Which version of a key is the null version, and what its removal has to look at: for an object whose bytes lie in
/// the tables neither its record nor its bytes are read when it is overwritten.
///
/// ```
/// version u8 = 1 | position fixed64 | content u8
/// ```
/// where content is 0 in the version's record, 1 in a row of its own, 2 in blocks or parts.
public record StoredNull(long position, Place content) {
    /// Where the content of a version is. The order of the constants is part of the format.
    public enum Place {
        RECORD,
        OWN_ROW,
        /// Something beside the tables must be freed with it.
        BLOCKS
    }

    private static final int FORMAT = 1;
    private static final Place[] PLACES = Place.values();

    public static StoredNull of(Version version) {
        Place place = version instanceof Version.ObjectVersion object ? place(object.content()) : Place.RECORD;
        return new StoredNull(version.id().position(), place);
    }

    private static Place place(Content content) {
        if (!(content instanceof Content.Inline)) {
            return Place.BLOCKS;
        }
        return StoredVersion.large(content) ? Place.OWN_ROW : Place.RECORD;
    }

    public byte[] encode() {
        return new Encoder(10).u8(FORMAT).fixed64(position).constant(content).toArray();
    }

    public static StoredNull decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        StoredNull decoded = new StoredNull(in.fixed64(), in.constant(PLACES));
        in.end();
        if (decoded.position < 0) {
            throw new MalformedRecord("position " + decoded.position);
        }
        return decoded;
    }
}

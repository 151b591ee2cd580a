package io.flywheel.namespace.record;

import io.flywheel.namespace.Content;
import io.flywheel.namespace.Part;

/// A part of an upload. Small content is part of it, larger content is a {@link StoredContent} of its own, so that
/// completing an upload costs its parts and not their bytes.
///
/// ```
/// version u8 = 1 | elsewhere flag | number varint | size varint | etag | checksum optional | modified signed
/// | content unless elsewhere
/// ```
public record StoredPart(Part part, boolean elsewhere) {
    private static final int FORMAT = 1;

    public byte[] encode() {
        Encoder out = new Encoder(128).u8(FORMAT).flag(elsewhere).varint(part.number());
        out.varint(part.sizeBytes()).etag(part.etag()).optional(part.checksum(), out::bytes);
        out.signed(part.modifiedMillis());
        if (!elsewhere) {
            Fields.content(out, part.content());
        }
        return out.toArray();
    }

    public static StoredPart decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        boolean elsewhere = in.flag();
        Part part = read(in, elsewhere);
        in.end();
        return new StoredPart(part, elsewhere);
    }

    private static Part read(Decoder in, boolean elsewhere) throws MalformedRecord {
        return new Part(
                in.count(Integer.MAX_VALUE),
                in.size(),
                in.etag(),
                in.optional(Decoder::bytes),
                in.signed(),
                elsewhere ? Content.EMPTY : Fields.content(in));
    }
}

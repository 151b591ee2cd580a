package io.flywheel.namespace.record;

import io.flywheel.namespace.Content;

/// Content that is too large to travel in its version's or part's record.
///
/// ```
/// version u8 = 1 | content
/// ```
public final class StoredContent {
    private static final int FORMAT = 1;

    private StoredContent() {}

    public static byte[] encode(Content content) {
        int expectedBytes =
                content instanceof Content.Inline inline ? inline.bytes().length() + 16 : 128;
        Encoder out = new Encoder(expectedBytes).u8(FORMAT);
        Fields.content(out, content);
        return out.toArray();
    }

    public static Content decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        Content content = Fields.content(in);
        in.end();
        return content;
    }
}

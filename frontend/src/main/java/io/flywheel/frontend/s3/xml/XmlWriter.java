package io.flywheel.frontend.s3.xml;

import java.nio.charset.StandardCharsets;

/// Writes one small XML document. S3 answers with keys that XML 1.0 cannot represent (control characters) as character
/// references; StAX writers refuse those, which is why this is our own.
public final class XmlWriter {
    /// The namespace of all S3 documents.
    public static final String S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

    private final StringBuilder out = new StringBuilder(1_024);

    private XmlWriter() {
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }

    /// A document whose root is in S3's namespace; to be closed by {@link #close} with the same name.
    public static XmlWriter document(String root) {
        var writer = new XmlWriter();
        writer.out
                .append('<')
                .append(root)
                .append(" xmlns=\"")
                .append(S3_NAMESPACE)
                .append("\">");
        return writer;
    }

    /// A document without a namespace: errors.
    public static XmlWriter plainDocument(String root) {
        return new XmlWriter().open(root);
    }

    public XmlWriter open(String name) {
        out.append('<').append(name).append('>');
        return this;
    }

    public XmlWriter close(String name) {
        out.append("</").append(name).append('>');
        return this;
    }

    /// An element with text; an empty text makes an empty element.
    public XmlWriter element(String name, String text) {
        if (text.isEmpty()) {
            out.append('<').append(name).append("/>");
            return this;
        }
        open(name);
        text(text);
        return close(name);
    }

    public XmlWriter element(String name, long value) {
        out.append('<').append(name).append('>').append(value);
        return close(name);
    }

    public XmlWriter element(String name, boolean value) {
        out.append('<').append(name).append('>').append(value);
        return close(name);
    }

    public XmlWriter text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                default -> {
                    // A carriage return written as it is would be read back as a line feed. The others no XML 1.0
                    // can carry: AWS writes them so too, and clients who have such keys ask for encoding-type=url.
                    if ((c < 0x20 && c != '\t' && c != '\n') || c == 0xFFFE || c == 0xFFFF) {
                        out.append("&#x").append(Integer.toHexString(c)).append(';');
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return this;
    }

    /// The document.
    public byte[] toBytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return out.toString();
    }
}

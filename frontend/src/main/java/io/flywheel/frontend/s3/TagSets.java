package io.flywheel.frontend.s3;

import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import io.flywheel.frontend.s3.xml.XmlElement;
import io.flywheel.frontend.s3.xml.XmlReader;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Tag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Tags of buckets and objects: their XML, their header, their rules.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html">S3: object tagging</a>
final class TagSets {
    static final int OBJECT_TAGS_MAX = 10;
    static final int BUCKET_TAGS_MAX = 50;
    private static final int KEY_CHARACTERS_MAX = 128;
    private static final int VALUE_CHARACTERS_MAX = 256;

    private TagSets() {}

    /// Tags from a {@code Tagging} document.
    ///
    /// @throws S3Failure MalformedXML, InvalidTag, BadRequest
    static List<Tag> read(byte[] document, int most) {
        XmlElement root = XmlReader.read(document, "Tagging");
        XmlElement set = root.child("TagSet").orElseThrow(S3Error.MALFORMED_XML::failure);
        List<Tag> tags = new ArrayList<>();
        for (XmlElement element : set.children()) {
            if (!element.name().equals("Tag")) {
                throw S3Error.MALFORMED_XML.failure();
            }
            String key = element.childText("Key").orElseThrow(S3Error.MALFORMED_XML::failure);
            String value = element.childText("Value").orElseThrow(S3Error.MALFORMED_XML::failure);
            tags.add(new Tag(key, value));
        }
        return checked(tags, most);
    }

    /// Tags from {@code x-amz-tagging}.
    ///
    /// @throws S3Failure InvalidArgument, InvalidTag, BadRequest
    static List<Tag> ofHeader(String header) {
        Query query;
        try {
            query = Query.parse(header);
        } catch (S3Failure e) {
            throw S3Error.invalidArgument(
                    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
                            + "tag name duplicates.",
                    "x-amz-tagging",
                    header);
        }
        List<Tag> tags = query.parameters().stream()
                .map(parameter -> new Tag(parameter.name(), parameter.value().toUtf8()))
                .toList();
        Set<String> keys = new HashSet<>();
        for (Tag tag : tags) {
            if (!keys.add(tag.key())) {
                throw S3Error.invalidArgument(
                        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters "
                                + "without tag name duplicates.",
                        "x-amz-tagging",
                        header);
            }
        }
        return checked(tags, OBJECT_TAGS_MAX);
    }

    private static List<Tag> checked(List<Tag> tags, int most) {
        if (tags.size() > most) {
            throw S3Error.BAD_REQUEST.failure(
                    (most == OBJECT_TAGS_MAX ? "Object tags" : "Bucket tag count") + " cannot be greater than " + most);
        }
        Set<String> keys = new HashSet<>();
        for (Tag tag : tags) {
            if (!isAllowed(tag.key(), 1, KEY_CHARACTERS_MAX)) {
                throw S3Error.INVALID_TAG
                        .failure("The TagKey you have provided is invalid")
                        .with("TagKey", tag.key());
            }
            if (!isAllowed(tag.value(), 0, VALUE_CHARACTERS_MAX)) {
                throw S3Error.INVALID_TAG
                        .failure("The TagValue you have provided is invalid")
                        .with("TagKey", tag.key())
                        .with("TagValue", tag.value());
            }
            if (tag.key().toLowerCase(Locale.ROOT).startsWith("aws:")) {
                throw S3Error.INVALID_TAG
                        .failure("System tags cannot be added/updated by requester")
                        .with("TagKey", tag.key());
            }
            if (!keys.add(tag.key())) {
                throw S3Error.INVALID_TAG
                        .failure("Cannot provide multiple Tags with the same key")
                        .with("TagKey", tag.key());
            }
        }
        return List.copyOf(tags);
    }

    private static boolean isAllowed(String text, int least, int most) {
        int count = text.codePointCount(0, text.length());
        return count >= least
                && count <= most
                && text.codePoints()
                        .allMatch(c -> Character.isLetter(c)
                                || Character.isDigit(c)
                                || Character.isSpaceChar(c)
                                || Character.getType(c) == Character.NON_SPACING_MARK
                                || Character.getType(c) == Character.COMBINING_SPACING_MARK
                                || "_.:/=+-@".indexOf(c) >= 0);
    }

    static XmlWriter write(List<Tag> tags) {
        var xml = XmlWriter.document("Tagging").open("TagSet");
        for (Tag tag : tags) {
            xml.open("Tag")
                    .element("Key", tag.key())
                    .element("Value", tag.value())
                    .close("Tag");
        }
        return xml.close("TagSet").close("Tagging");
    }
}

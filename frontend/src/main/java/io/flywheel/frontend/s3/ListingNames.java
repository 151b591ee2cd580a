package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.xml.XmlWriter;
import java.util.Optional;

/// How names appear in one listing: as they are, or encoded because the client asked for {@code encoding-type=url}.
record ListingNames(boolean encoded) {
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidArgument
    static ListingNames of(Query query) {
        Optional<String> type = query.nonEmpty("encoding-type");
        if (type.isPresent() && !type.get().equals("url")) {
            throw S3Error.invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type.get());
        }
        return new ListingNames(type.isPresent());
    }

    String text(Bytes name) {
        return encoded ? Percent.encodeForListing(name) : name.toUtf8();
    }

    void write(XmlWriter xml, String element, Bytes name) {
        xml.element(element, text(name));
    }

    void writeUnlessEmpty(XmlWriter xml, String element, Bytes name) {
        if (!name.isEmpty()) {
            write(xml, element, name);
        }
    }

    void writeCommonPrefix(XmlWriter xml, Bytes name) {
        xml.open("CommonPrefixes");
        write(xml, "Prefix", name);
        xml.close("CommonPrefixes");
    }

    void writeType(XmlWriter xml) {
        if (encoded) {
            xml.element("EncodingType", "url");
        }
    }
}

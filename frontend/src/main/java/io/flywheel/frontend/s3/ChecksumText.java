package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.frontend.s3.xml.XmlElement;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.ObjectChecksum;
import java.util.Optional;

/// How checksums are written: base64, and the number of parts where it is one over parts.
final class ChecksumText {
    private ChecksumText() {}

    static String of(ObjectChecksum checksum) {
        String value = RequestChecksum.encode(checksum.value());
        return checksum.type() == ObjectChecksum.Type.COMPOSITE ? value + "-" + checksum.parts() : value;
    }

    /// The element of XML that carries values of the algorithm, for example {@code ChecksumCRC32}.
    static String element(ChecksumAlgorithm algorithm) {
        return "Checksum" + algorithm.name();
    }

    static void write(XmlWriter xml, ObjectChecksum checksum) {
        xml.element(element(checksum.algorithm()), of(checksum))
                .element("ChecksumType", checksum.type().name());
    }

    /// The value of {@code algorithm} inside {@code element}.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidRequest when it is malformed
    static Optional<Bytes> read(XmlElement element, ChecksumAlgorithm algorithm) {
        return element.childText(element(algorithm))
                .map(text -> RequestChecksum.decode(algorithm.header(), text, algorithm));
    }
}

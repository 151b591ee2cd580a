package io.flywheel.frontend.s3.xml;

import com.ctc.wstx.api.WstxInputProperties;
import com.ctc.wstx.exc.WstxLazyException;
import com.ctc.wstx.stax.WstxInputFactory;
import io.flywheel.frontend.s3.error.S3Error;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Reads a request's document into a tree within bounds: no DTD, no entities but the five of XML, at most
/// {@value #DEPTH_MAX} levels and {@value #ELEMENTS_MAX} elements. Anything else is MalformedXML. How many bytes may
/// come is decided before, where the body is received.
public final class XmlReader {
    static final int DEPTH_MAX = 16;
    static final int ELEMENTS_MAX = 150_000;

    private static final XMLInputFactory FACTORY = factory();

    private XmlReader() {}

    private static XMLInputFactory factory() {
        var factory = new WstxInputFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, true);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setProperty(WstxInputProperties.P_MAX_ELEMENT_DEPTH, DEPTH_MAX);
        factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTES_PER_ELEMENT, 32);
        factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTE_SIZE, 4_096);
        return factory;
    }

    /// The document's root, which must be called {@code root}.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure MalformedXML
    public static XmlElement read(byte[] document, String root) {
        try {
            XMLStreamReader reader = FACTORY.createXMLStreamReader(new ByteArrayInputStream(document));
            try {
                XmlElement element = readRoot(reader);
                if (!element.name().equals(root)) {
                    throw S3Error.MALFORMED_XML.failure();
                }
                return element;
            } finally {
                reader.close();
            }
        } catch (XMLStreamException | WstxLazyException e) {
            throw S3Error.MALFORMED_XML.failure();
        }
    }

    private static XmlElement readRoot(XMLStreamReader reader) throws XMLStreamException {
        XmlElement root = null;
        var counter = new int[1];
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> root = readElement(reader, 1, counter);
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw S3Error.MALFORMED_XML.failure();
                default -> {}
            }
        }
        if (root == null) {
            throw S3Error.MALFORMED_XML.failure();
        }
        return root;
    }

    private static XmlElement readElement(XMLStreamReader reader, int depth, int[] counter) throws XMLStreamException {
        if (depth > DEPTH_MAX || ++counter[0] > ELEMENTS_MAX) {
            throw S3Error.MALFORMED_XML.failure();
        }
        String name = reader.getLocalName();
        var text = new StringBuilder();
        List<XmlElement> children = new ArrayList<>(4);
        while (true) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> children.add(readElement(reader, depth + 1, counter));
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    text.append(reader.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    return new XmlElement(name, text.toString(), children);
                }
                case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION -> {}
                default -> throw S3Error.MALFORMED_XML.failure();
            }
        }
    }
}

package io.flywheel.loadtest.s3;

import com.ctc.wstx.api.WstxInputProperties;
import com.ctc.wstx.exc.WstxLazyException;
import com.ctc.wstx.stax.WstxInputFactory;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// An answer's document, read within bounds: no DTD, no entities but XML's own, at most {@value #DEPTH_MAX} levels and
/// {@value #ELEMENTS_MAX} elements.
///
/// @param name without its namespace
/// @param text all text directly in it
public record XmlTree(String name, String text, List<XmlTree> children) {
    static final int DEPTH_MAX = 16;
    static final int ELEMENTS_MAX = 100_000;

    /// No document.
    static final XmlTree NONE = new XmlTree("", "", List.of());

    private static final XMLInputFactory FACTORY = factory();

    public XmlTree {
        children = List.copyOf(children);
    }

    private static XMLInputFactory factory() {
        var factory = new WstxInputFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(WstxInputProperties.P_MAX_ELEMENT_DEPTH, DEPTH_MAX);
        factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTES_PER_ELEMENT, 32);
        factory.setProperty(WstxInputProperties.P_MAX_ATTRIBUTE_SIZE, 4_096);
        return factory;
    }

    /// @throws IllegalArgumentException when it is no document, or over a bound
    static XmlTree parse(byte[] bytes, int length) {
        try {
            XMLStreamReader reader = FACTORY.createXMLStreamReader(new ByteArrayInputStream(bytes, 0, length));
            try {
                var left = new int[] {ELEMENTS_MAX};
                XmlTree root = NONE;
                while (reader.hasNext()) {
                    int event = reader.next();
                    if (event == XMLStreamConstants.START_ELEMENT) {
                        root = element(reader, left);
                    } else if (event == XMLStreamConstants.DTD) {
                        throw new IllegalArgumentException("a document type");
                    }
                }
                return root;
            } finally {
                reader.close();
            }
        } catch (XMLStreamException | WstxLazyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static XmlTree element(XMLStreamReader reader, int[] left) throws XMLStreamException {
        if (--left[0] < 0) {
            throw new IllegalArgumentException("more than " + ELEMENTS_MAX + " elements");
        }
        String name = reader.getLocalName();
        var text = new StringBuilder();
        var children = new ArrayList<XmlTree>(4);
        while (true) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> children.add(element(reader, left));
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    text.append(reader.getText());
                case XMLStreamConstants.END_ELEMENT -> {
                    return new XmlTree(name, text.toString(), children);
                }
                case XMLStreamConstants.COMMENT, XMLStreamConstants.PROCESSING_INSTRUCTION -> {}
                default -> throw new IllegalArgumentException("an entity in " + name);
            }
        }
    }

    /// The children of a name.
    public Stream<XmlTree> all(String child) {
        return children.stream().filter(element -> element.name.equals(child));
    }

    /// The text of the first child of a name, or the empty text.
    public String textOf(String child) {
        return all(child).findFirst().map(XmlTree::text).orElse("");
    }
}

package io.flywheel.frontend.s3.xml;

import java.util.List;
import java.util.Optional;

/// An element of a request's document: its local name, its text, and its children in order.
///
/// @param text all character data directly inside it, as it came
public record XmlElement(String name, String text, List<XmlElement> children) {
    public XmlElement {
        children = List.copyOf(children);
    }

    /// The first child called {@code childName}.
    public Optional<XmlElement> child(String childName) {
        for (XmlElement child : children) {
            if (child.name.equals(childName)) {
                return Optional.of(child);
            }
        }
        return Optional.empty();
    }

    /// The text of the first child called {@code childName}.
    public Optional<String> childText(String childName) {
        return child(childName).map(XmlElement::text);
    }

    /// All children called {@code childName}.
    public List<XmlElement> children(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).toList();
    }
}

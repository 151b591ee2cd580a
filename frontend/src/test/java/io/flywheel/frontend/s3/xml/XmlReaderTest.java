package io.flywheel.frontend.s3.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlReaderTest {
    private static XmlElement read(String text) {
        return XmlReader.read(text.getBytes(StandardCharsets.UTF_8), "R");
    }

    @Test
    void shouldReadElementsInAnyNamespace() {
        var root = read("<?xml version='1.0'?><R xmlns='urn:x'><!-- c --><A>1 &lt; 2</A><A><![CDATA[&]]></A></R>");
        assertThat(root.childText("A")).contains("1 < 2");
        assertThat(root.children("A").get(1).text()).isEqualTo("&");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "<R>",
                "<S/>",
                "<R></S>",
                "<R/><R/>",
                "<R>&unknown;</R>",
                "<R>\u0001</R>",
                "<!DOCTYPE R><R/>",
                "<!DOCTYPE R [<!ENTITY a 'b'>]><R>&a;</R>",
                "<!DOCTYPE R [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><R>&a;</R>",
                "<!DOCTYPE R SYSTEM 'http://127.0.0.1:1/x.dtd'><R/>",
                "<!DOCTYPE R [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]><R>&c;</R>"
            })
    void shouldRefuseWhatIsNoPlainDocument(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOfSatisfying(
                        S3Failure.class, failure -> assertThat(failure.error()).isEqualTo(S3Error.MALFORMED_XML));
    }

    @Test
    void shouldRefuseWhatIsTooDeep() {
        assertThatThrownBy(() -> read("<R>" + "<A>".repeat(1_000) + "</A>".repeat(1_000) + "</R>"))
                .isInstanceOf(S3Failure.class);
    }

    @Test
    void shouldWriteWhatXmlCannotSayAsReferences() {
        String text = XmlWriter.plainDocument("R").element("A", "<&>\"\r\u0001").toString();
        assertThat(text).endsWith("<R><A>&lt;&amp;&gt;&quot;&#xd;&#x1;</A>");
    }
}

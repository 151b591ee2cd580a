package io.flywheel.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.engine.FunctionalRun;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/// JUnit's XML, whatever a service answers.
final class FileReportsTest {
    @Test
    void shouldBeXmlWhateverTheNamesAre() throws Exception {
        String hostile = "a\"/><failure/>\u0000\u001b[2J]]>\n&amp;";
        var outcome = new FunctionalRun.Outcome(
                "get",
                0,
                Duration.ofMillis(5),
                List.of(new FunctionalRun.Checked(hostile, false)),
                Optional.of(new FunctionalRun.Failure(hostile, hostile)),
                false,
                List.of(hostile));
        String xml = JunitXml.of(hostile, List.of(outcome), List.of("teardown " + hostile));
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("testcase").getLength()).isEqualTo(2);
        assertThat(document.getElementsByTagName("failure").getLength()).isEqualTo(2);
        var suite = document.getDocumentElement();
        assertThat(suite.getAttribute("failures")).isEqualTo("2");
        assertThat(suite.getAttribute("name")).startsWith("a\"/><failure/>").endsWith("]]>\n&amp;");
        var teardown = (Element) document.getElementsByTagName("testcase").item(1);
        assertThat(teardown.getAttribute("name")).isEqualTo("bundles and teardown");
    }
}

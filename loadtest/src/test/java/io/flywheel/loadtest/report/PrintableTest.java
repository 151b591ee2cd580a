package io.flywheel.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PrintableTest {
    @Test
    void shouldNotLetAServiceCommandTheTerminal() {
        assertThat(Printable.of("a\u001b[2Jb\r\nc\u202ed")).isEqualTo("a\ufffd[2Jb\ufffd\ufffdc\ufffdd");
        assertThat(Printable.of("ü \ud83d\ude00 plain")).isEqualTo("ü \ud83d\ude00 plain");
    }
}

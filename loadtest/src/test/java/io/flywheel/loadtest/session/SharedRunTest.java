package io.flywheel.loadtest.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.pack.Pack;
import io.flywheel.loadtest.runfile.RunFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedRunTest {
    @TempDir
    private Path folder = Path.of(".");

    @Test
    void shouldNotReportMoreOftenThanATimelineHasRoomFor() throws IOException {
        assertThat(SharedRun.interval(run("10m"))).isEqualTo(Duration.ofSeconds(1));
        assertThat(SharedRun.interval(run("24h"))).isEqualTo(Duration.ofSeconds(10));
        assertThat(SharedRun.interval(run("240h"))).isEqualTo(Duration.ofSeconds(100));
    }

    private RunFile run(String duration) throws IOException {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, """
            target = "http://127.0.0.1:1"
            pack = http
            http { requests { get { path = "/" } } }
            load { rate = 1/s, duration = %s }
            """.formatted(duration));
        return RunFile.read(file, Pack.builtIn());
    }
}

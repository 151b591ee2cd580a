package io.flywheel.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.GeneratorHealth;
import io.flywheel.loadtest.result.Recorder;
import io.flywheel.loadtest.result.SeriesRecorder;
import io.flywheel.loadtest.runfile.RunFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LiveViewTest {
    @TempDir
    private Path folder = Path.of(".");

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream output = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void shouldShowHowFarARunIsAndWhatItSees() throws IOException {
        String line = LiveView.line(run("rate = 20/s, duration = 4s, warmup = 1s"), delta(), 3);
        assertThat(line)
                .isEqualTo("[######------------------]  25%     1 s  10/s of 20/s  p50 3 ms  p99 3 ms  max 3 ms"
                        + "  failed 0  dropped 1  (warm-up)  in flight 3");
        assertThat(LiveView.line(run("concurrency = 7, duration = 2s"), delta(), 3))
                .startsWith("[############------------]  50%     1 s  10/s of 7 users");
    }

    @Test
    void shouldWriteOverItsLineOnATerminalAloneAndMakeRoomForOthers() throws IOException {
        show(new LiveView(output, true));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .matches("(?s)\\r\\u001b\\[\\?7l\\[#[^\\n]*\\u001b\\[K\\u001b\\[\\?7h\\r\\u001b\\[Kother\\n"
                        + "\\r\\u001b\\[\\?7l\\[#[^\\n]*\\u001b\\[K\\u001b\\[\\?7h\\n");
        bytes.reset();
        show(new LiveView(output, false));
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .matches("(?s)\\[#[^\\r\\u001b\\n]*\\nother\\n\\[#[^\\n]*\\n");
    }

    private void show(LiveView view) throws IOException {
        var soFar = new Aggregate(Duration.ZERO, Duration.ofDays(1), Duration.ofSeconds(1));
        view.began(run("rate = 20/s, duration = 4s"));
        view.interval(soFar, delta(), 3);
        view.makeRoom();
        output.print("other\n");
        view.interval(soFar, delta(), 3);
        view.end();
        view.end();
    }

    private static Delta delta() {
        var recorder = new Recorder("a");
        var get = recorder.transaction("get");
        for (int i = 0; i < 10; i++) {
            get.succeeded(new SeriesRecorder.Times(3_000_000, 2_000_000), 0, 0);
        }
        get.dropped();
        return recorder.take(1_000_000_000, GeneratorHealth.nothing());
    }

    private RunFile run(String load) throws IOException {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, "target = \"http://a\", bundle = a.jar, load { " + load + " }");
        return RunFile.read(file, List.of());
    }
}

package io.flywheel.loadtest.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class StopOnSignalTest {
    private final CompletableFuture<String> stopped = new CompletableFuture<>();
    private final CompletableFuture<String> halted = new CompletableFuture<>();
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private StopOnSignal on(Duration grace) {
        var error = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new StopOnSignal(
                () -> stopped.complete(""),
                () -> Optional.of("the bucket b"),
                grace,
                error,
                () -> halted.complete(said.toString(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldStopWithTheFirstAndEndAtOnceWithTheSecond() throws Exception {
        try (var signals = on(Duration.ofDays(1))) {
            var _ = Thread.ofVirtual().start(signals::signalled);
            stopped.get();
            assertThat(halted).isNotDone();
            signals.signalledAgain();
            assertThat(halted.get()).contains("ended at once; what stays behind: the bucket b");
        }
    }

    @Test
    void shouldEndWhatDoesNotStop() throws Exception {
        try (var signals = on(Duration.ofMillis(1))) {
            signals.signalled();
            assertThat(halted.get()).contains("did not end in time; what stays behind: the bucket b");
        }
    }
}

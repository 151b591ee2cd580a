package io.flywheel.conformance.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.history.Histories.Operation;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/// Random histories of operations through the AWS SDK, every answer compared with the model's, across restarts and
/// kills. `-Dseed=` replays one, `-Dhistory.operations=` makes it longer.
final class HistoryTest {

    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int OPERATIONS = Integer.getInteger("history.operations", 3_000);
    private static final int LIVES = 4;

    /// How much of the history a failure quotes.
    private static final int QUOTED = 40;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path work;

    @Test
    void shouldAnswerAsTheModelDoes() {
        System.out.println("seed=" + SEED + " operations=" + OPERATIONS);
        SplittableRandom random = new SplittableRandom(SEED);
        ModelStore model = new ModelStore();
        Histories histories = new Histories(random, model);
        Deque<String> recent = new ArrayDeque<>();
        for (int life = 0; life < LIVES; life++) {
            try (RunningServer server = RunningServer.start(work.resolve("disk"));
                    S3Client s3 = S3Clients.sync(server.endpoint())) {
                RealStore real = new RealStore(s3);
                List<Operation> first = life == 0 ? Histories.beginning() : List.of();
                first.forEach(operation -> compare(operation, real, model, recent));
                for (int i = 0; i < OPERATIONS / LIVES; i++) {
                    compare(histories.next(), real, model, recent);
                }
                if (life % 2 == 0) {
                    assertThat(server.stop()).as("exit code").isZero();
                }
            }
        }
    }

    private static void compare(Operation operation, RealStore real, ModelStore model, Deque<String> recent) {
        String answer = operation.on().apply(real);
        model.observe(answer);
        String expected = operation.on().apply(model);
        recent.addLast(operation.name() + " -> " + answer);
        if (recent.size() > QUOTED) {
            recent.removeFirst();
        }
        assertThat(answer)
                .as("-Dseed=%d, the end of the history:%n%s", SEED, String.join("\n", recent))
                .isEqualTo(expected);
    }
}

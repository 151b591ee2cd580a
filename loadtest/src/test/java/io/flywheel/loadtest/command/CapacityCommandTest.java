package io.flywheel.loadtest.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.bundle.SampleBundle;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

final class CapacityCommandTest {
    private static final Pattern TOKEN = Pattern.compile("TOKEN=([^ ]+)");
    private static final Pattern PORT = Pattern.compile("agent THIS-HOST:([0-9]+)");
    private static final String NOTHING = """
        import io.flywheel.loadtest.api.*;

        public final class Nothing {
            @Transaction
            void work(Context context) {
                context.require("the target is well", !context.run().target().contains("sick"));
            }
        }
        """;

    @TempDir
    private Path folder = Path.of(".");

    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();

    @BeforeEach
    void build() throws Exception {
        SampleBundle.build(folder.resolve("nothing.jar"), "Nothing", NOTHING, "1.0");
    }

    @Test
    void shouldSayWhatItTakesAndHowManyHostsThatIs() throws Exception {
        Path json = folder.resolve("capacity.json");
        Path file = file("well");

        assertThat(execute(
                        file.toString(),
                        "--json",
                        json.toString(),
                        "--peak=1000/s",
                        "--headroom=50%",
                        "--hosts=60",
                        "--price=2.5"))
                .isZero();

        assertThat(output.toString())
                .contains("capacity     at least 40/s: no more than 40 a second was to be asked for")
                // 1000 / (40 * 0.5) and a spare.
                .contains("51 needed, they cost 127.50")
                .contains("9 can be released, which saves 22.50");
        assertThat(error.toString()).containsPattern("20/s .*held").containsPattern("40/s .*held");
        var document = new JsonMapper().readTree(Files.readString(json));
        assertThat(document.get("low").asDouble()).isEqualTo(40);
        assertThat(document.get("probes").size()).isEqualTo(2);
        assertThat(document.get("hostsNeeded").asInt()).isEqualTo(51);
    }

    @Test
    void shouldFailWhenNoRateHolds() throws Exception {
        assertThat(execute(file("sick").toString())).isEqualTo(LoadtestCommand.FAILED);

        assertThat(output.toString()).contains("capacity     below ").contains("gave way     all: errors at most 0 %");
    }

    /// The agents come for each probe by themselves.
    @Test
    void shouldTakeTheLoadFromAgents() throws Exception {
        try (var agents = Executors.newFixedThreadPool(2)) {
            var lives = new ArrayList<Future<Integer>>();
            var invitation = new PrintWriter(error, true) {
                private String token = "";

                @Override
                public void println(String line) {
                    super.println(line);
                    Matcher said = TOKEN.matcher(line);
                    token = said.find() ? said.group(1) : token;
                    Matcher port = PORT.matcher(line);
                    if (port.find()) {
                        String where = port.group(1);
                        lives.add(agents.submit(() -> agent(where, token)));
                        lives.add(agents.submit(() -> agent(where, token)));
                    }
                }
            };
            int exitCode = new CommandLine(new CapacityCommand())
                    .setOut(new PrintWriter(output, true))
                    .setErr(invitation)
                    .execute(
                            file("well").toString(),
                            "--agents=2",
                            "--listen=127.0.0.1:0",
                            "--folder=" + folder.resolve("controller"));
            assertThat(exitCode).as(error.toString()).isZero();
            assertThat(lives).hasSize(2);
            for (var life : lives) {
                assertThat(life.get(1, TimeUnit.MINUTES)).isZero();
            }
        }
        assertThat(output.toString()).contains("capacity     at least 40/s").doesNotContain("problem");
        assertThat(error.toString()).contains("2 of 2 agents have joined").containsPattern("40/s .*held");
    }

    private int agent(String port, String token) throws IOException {
        Path file = Files.createTempFile(folder, "token", "");
        Files.writeString(file, token);
        return new CommandLine(new AgentCommand())
                .setErr(new PrintWriter(new StringWriter()))
                .execute("127.0.0.1:" + port, "--token-file=" + file);
    }

    @Test
    void shouldRefuseWhatCannotBeMeantBeforeAnythingIsSent() throws Exception {
        String file = file("well").toString();

        assertThat(execute(file, "--peak=many")).isEqualTo(LoadtestCommand.USAGE);
        assertThat(error.toString()).contains("--peak: it is 'many', wanted is a rate such as 100/s");
        assertThat(execute(file, "--peak=10/s", "--headroom=100%")).isEqualTo(LoadtestCommand.USAGE);
        assertThat(error.toString()).contains("--headroom: it is below 100%");
        assertThat(execute(file, "--price=3")).isEqualTo(LoadtestCommand.USAGE);
        assertThat(error.toString()).contains("--peak");
        assertThat(execute(file, "--folder=x")).isEqualTo(LoadtestCommand.USAGE);
        assertThat(error.toString()).contains("--folder: it is for a search with --agents");
        assertThat(execute(file, "--agents=-1")).isEqualTo(LoadtestCommand.USAGE);
        assertThat(error.toString()).contains("--agents: 1 to 10,000 agents");
        assertThat(error.toString()).doesNotContain("held");
    }

    private int execute(String... arguments) {
        return new CommandLine(new CapacityCommand())
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(error, true))
                .execute(arguments);
    }

    private Path file(String target) throws IOException {
        Path file = folder.resolve("run.conf");
        return Files.writeString(file, """
            target = "http://%s", bundle = nothing.jar
            load { rate = 1/s, duration = 1s }
            capacity { first = 20/s, most = 40/s, growth = 10, probe = 100ms, settle = 20ms }
            thresholds { all { errors = 0 } }
            generator { lag = 1h, cpu = 100%%, pause = 1h, pauses = 100%% }
            """.formatted(target));
    }
}

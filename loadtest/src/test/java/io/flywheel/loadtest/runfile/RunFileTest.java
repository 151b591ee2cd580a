package io.flywheel.loadtest.runfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.pack.Pack;
import io.flywheel.loadtest.result.Threshold;
import io.flywheel.loadtest.schedule.Arrivals;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunFileTest {
    private static final List<String> SHOP = List.of("search", "buy", "cancel");

    @TempDir
    private Path folder = Path.of(".");

    @Test
    void shouldReadEverythingThatAFileCanSay() throws IOException {
        Files.writeString(folder.resolve("trace.csv"), "at,transaction\n0,buy\n0.5,\n1.0,search\n");
        Files.writeString(folder.resolve("accounts.csv"), "name\nann\n");
        var run = read("""
            target = "http://shop:8080"
            seed = 42
            bundle = "shop.jar"
            load {
              arrivals = constant
              stages = [
                { ramp { to = 100/s }, for = 10s }
                { hold = 6000/min, for = 20s }
                { step { to = 200, steps = 2 }, for = 10s }
                { spike { base = 10, peak = 500/s, for = 1s }, for = 11s }
                { replay = trace.csv, speed = 2 }
              ]
              in-flight-max = 500, drain = 5s, warmup = 2s
            }
            blend { search = 70, buy = 20, cancel = 10% }
            settings { bucket = b1, deep { er = 3 } }
            data { accounts { file = accounts.csv, order = shuffled } }
            thresholds {
              all { p50 = 10ms, "p99.9" = 200ms, p9999 = 1s, max = 2s, errors = 0.1%, throughput = 90/s }
              search { dropped = 0 }
            }
            generator { lag = 20ms, cpu = 95% }
            interval = 2s
            """);
        assertThat(run.load().model()).isEqualTo(LoadPlan.Model.OPEN);
        assertThat(run.load().spacing()).isEqualTo(Arrivals.Spacing.CONSTANT);
        // 500 + 2000 + (100 + 200) * 5 + 10 * 10 + 500 + 3.
        assertThat(run.load().profile().arrivals()).isEqualTo(4_603);
        assertThat(run.load().warmup()).isEqualTo(Duration.ofSeconds(2));
        assertThat(run.settings().text("deep.er")).isEqualTo("3");
        assertThat(run.thresholds())
                .contains(
                        new Threshold.Percentile(Optional.empty(), 99.9, 200_000_000),
                        new Threshold.Percentile(Optional.empty(), 99.99, 1_000_000_000),
                        new Threshold.Percentile(Optional.empty(), 100, 2_000_000_000),
                        new Threshold.Errors(Optional.empty(), 0.001),
                        new Threshold.Throughput(Optional.empty(), 90),
                        new Threshold.Dropped(Optional.of("search"), 0))
                .hasSize(7);
        assertThat(run.limits().lagNanosMax()).isEqualTo(20_000_000);
        assertThat(run.weights(SHOP)).containsExactly(new BigDecimal(70), new BigDecimal(20), new BigDecimal(10));
        assertThat(Explanation.of(run, SHOP))
                .contains(
                        "starts       about 4,603, at most 500/s",
                        "  search                       70 %  about 3,222",
                        "       0 s to     10 s  from 0/s evenly to 100/s");
    }

    @Test
    void shouldReadTheShortestFile() throws IOException {
        var run = read("target = \"http://h\", bundle = a.jar, load { concurrency = 8, duration = 1m }");
        assertThat(run.load().model()).isEqualTo(LoadPlan.Model.CLOSED);
        assertThat(run.load().profile().rateAt(5)).isEqualTo(8);
        assertThat(run.weights(SHOP)).containsOnly(BigDecimal.ONE);
        assertThat(run.thresholds())
                .containsExactly(new Threshold.Dropped(Optional.empty(), ThresholdSection.DROPPED_SHARE_MAX));
    }

    @Test
    void shouldSayEverythingThatIsWrongWithItsLine() throws IOException {
        assertThat(problems("""
            target = "127.0.0.1:80"
            sed = 42
            bundle = a.jar
            load {
              rate = fast
              duration = 10 parsecs
              arrivals = poison
              in-flight-max = 0
            }
            thresholds {
              all { p99.9 = 20ms, p101 = 3ms, erors = 1% }
            }
            data { accounts { file = missing.csv, order = up } }
            """))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).contains("run.conf:1: target: '127.0.0.1:80' is not an address"),
                        problem -> assertThat(problem)
                                .contains("run.conf:2: sed: there is no such key. Did you mean 'seed'?"),
                        problem -> assertThat(problem)
                                .contains("run.conf:5: load.rate: it is 'fast', wanted is a rate such as 100/s"),
                        problem -> assertThat(problem)
                                .contains("run.conf:6: load.duration: it is '10 parsecs', wanted is a time"),
                        problem -> assertThat(problem)
                                .contains("run.conf:7: load.arrivals: it is 'poison', wanted is one of constant,"
                                        + " poisson. Did you mean 'poisson'?"),
                        problem -> assertThat(problem)
                                .contains("run.conf:8: load.in-flight-max: it is out of range, allowed is 1 to"),
                        problem -> assertThat(problem)
                                .contains("run.conf:11: thresholds.all.p99: a percentile with a point is written in"
                                        + " quotes"),
                        problem -> assertThat(problem).contains("run.conf:11: thresholds.all.p101: there is no such"),
                        problem -> assertThat(problem)
                                .contains("run.conf:11: thresholds.all.erors: there is no such threshold. Did you mean"
                                        + " 'errors'?"),
                        problem -> assertThat(problem)
                                .contains("run.conf:13: data.accounts.file:")
                                .contains("cannot be read"),
                        problem -> assertThat(problem).contains("run.conf:13: data.accounts.order: it is 'up'"));
    }

    @Test
    void shouldSayWhatIsMissing() throws IOException {
        assertThat(problems("{}"))
                .anySatisfy(problem -> assertThat(problem).contains("target is missing"))
                .anySatisfy(
                        problem -> assertThat(problem).contains("either bundle").contains("pack, one of small"))
                .anySatisfy(problem -> assertThat(problem).contains("load is missing"));
        assertThat(problems("target=\"http://h\", bundle=a, load { stages = [ { hold = 5 }, { for = 3s }, 7 ] }"))
                .anySatisfy(problem -> assertThat(problem).contains("load.stages[0]: 'for' is missing"))
                .anySatisfy(problem -> assertThat(problem).contains("load.stages[1]: it wants exactly one of hold"))
                .anySatisfy(problem -> assertThat(problem).contains("load.stages[2]: it is '7', wanted is an object"));
        assertThat(problems("target=\"http://h\", bundle=a, load { rate = 5, concurrency = 5, duration = 1s }"))
                .singleElement()
                .asString()
                .contains("exactly one of rate, concurrency and stages");
        assertThat(problems("target = {")).singleElement().asString().contains("run.conf: 1");
        assertThat(problems("target=\"http://h\", bundle=a, load { rate = 5, duration = 1s, warmup = 1s }"))
                .singleElement()
                .asString()
                .contains("load.warmup: it is as long as the run");
    }

    @Test
    void shouldRefuseABlendOfWhatThereIsNot() throws IOException {
        var run = read("target=\"http://h\", bundle=a, load { rate = 5, duration = 1s }, blend { serch = 1 },"
                + " thresholds { buyy { errors = 1% } }");
        assertThatThrownBy(() -> run.weights(SHOP))
                .isInstanceOf(RunFileRefused.class)
                .hasMessageContaining("blend.serch: there is no such transaction. Did you mean 'search'?")
                .hasMessageContaining("thresholds.buyy: there is no such transaction. Did you mean 'buy'?");
    }

    @Test
    void shouldLetAPackReadItsSection() throws IOException {
        var run = read("target=\"http://h\", pack = small, small { size = 4KiB }, load { rate = 5, duration = 1s }");
        assertThat(((RunFile.Source.OfPack) run.source()).configured().explanation())
                .containsExactly("4096 bytes");
        assertThat(problems("target=\"http://h\", pack = small, small { siz = 4 }, load { rate = 5, duration = 1s }"))
                .singleElement()
                .asString()
                .contains("small.siz: there is no such key. Did you mean 'size'?");
        assertThat(problems("target=\"http://h\", pack = smal, load { rate = 5, duration = 1s }"))
                .singleElement()
                .asString()
                .contains("there is no pack 'smal', there are small. Did you mean 'small'?");
    }

    @Test
    void shouldReadHowACanaryWatches() throws IOException {
        var canary = read("""
            target = "http://h", bundle = a.jar, load { rate = 5, duration = 1s }
            canary {
              every = 30s, schedules { buy = 5m, shop { deep = 1h } }, shift = 2h, listen = "0.0.0.0:9000"
              alarm { failures = 5, successes = 3, webhook = "https://example.com/secret", incidents = reports }
            }
            """).canary();
        assertThat(canary.every("search")).isEqualTo(Duration.ofSeconds(30));
        assertThat(canary.every("buy")).isEqualTo(Duration.ofMinutes(5));
        assertThat(canary.every("shop.deep")).isEqualTo(Duration.ofHours(1));
        assertThat(canary.listen().getPort()).isEqualTo(9000);
        assertThat(canary.incidents()).isEqualTo(folder.toAbsolutePath().resolve("reports"));
        assertThat(canary.explanation(SHOP))
                .isEqualTo("each every 30 s, buy every 5 min, cleaned up every 120 min;"
                        + " alarm after 5 failures in a row, told to example.com");
        assertThatThrownBy(() -> canary.check(SHOP))
                .isInstanceOf(RunFileRefused.class)
                .hasMessageContaining("canary.schedules.shop.deep: there is no such transaction.");
    }

    @Test
    void shouldWatchWhatTheBlendOrAScheduleNames() throws IOException {
        String text = "target = \"http://h\", bundle = a.jar, load { rate = 5, duration = 1s }";
        assertThat(read(text).watched(SHOP)).isEqualTo(SHOP);
        assertThat(read(text + ", blend { search = 1 }, canary.schedules { cancel = 1h }")
                        .watched(SHOP))
                .containsExactly("search", "cancel");
    }

    @Test
    void shouldSayWhatIsWrongWithACanary() throws IOException {
        assertThat(problems("""
            target = "http://h", bundle = a.jar, load { rate = 5, duration = 1s }
            canary {
              evry = 30s
              schedules { buy = often }
              listen = "9000"
              alarm { failures = 0, webhook = "mail@example.com" }
            }
            """))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).contains("run.conf:3: canary.evry: there is no such key."),
                        problem -> assertThat(problem).contains("run.conf:4: canary.schedules.buy: it is 'often'"),
                        problem -> assertThat(problem)
                                .contains("run.conf:5: canary.listen: '9000' is not an address and a port"),
                        problem ->
                                assertThat(problem).contains("run.conf:6: canary.alarm.failures: it is out of range"),
                        problem -> assertThat(problem)
                                .contains("run.conf:6: canary.alarm.webhook: 'mail@example.com' is no address"));
    }

    private RunFile read(String text) throws IOException {
        Path file = folder.resolve("run.conf");
        Files.writeString(file, text);
        return RunFile.read(file, List.of(new Small()));
    }

    private List<String> problems(String text) {
        var refused = catchThrowableOfType(RunFileRefused.class, () -> read(text));
        assertThat(refused).isNotNull();
        return refused.problems();
    }

    /// A pack with one key.
    private static final class Small implements Pack {
        @Override
        public String name() {
            return "small";
        }

        @Override
        public Configured read(Section section) {
            long size = section.bytes("size", 0, 1 << 20).orElse(0L);
            return new Configured() {
                @Override
                public List<String> transactions() {
                    return List.of("only");
                }

                @Override
                public List<String> explanation() {
                    return List.of(size + " bytes");
                }

                @Override
                public Workload workload(Run run) {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }
}

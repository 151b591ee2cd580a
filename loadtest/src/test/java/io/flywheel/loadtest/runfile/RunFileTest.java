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
import java.util.Set;
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
                .contains(new Threshold.Dropped(Optional.empty(), Set.of("search"), 0.01))
                .hasSize(8);
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
                .containsExactly(
                        new Threshold.Errors(Optional.empty(), 0.01), new Threshold.Dropped(Optional.empty(), 0.01));
    }

    @Test
    void shouldReadOptionsOfABundlesJvm() throws IOException {
        String text = "target = \"http://h\", bundle = a.jar, load { rate = 8/s, duration = 1m }, process { options = ";
        assertThat(read(text + "[\"-Dhttps.proxyHost=p\", -Xss256k] }").source())
                .isInstanceOfSatisfying(
                        RunFile.Source.OfBundles.class,
                        bundles -> assertThat(bundles.limits().options())
                                .containsExactly("-Dhttps.proxyHost=p", "-Xss256k"));
        assertThat(problems(text + "[-jar, x.jar] }"))
                .hasSize(2)
                .first()
                .asString()
                .contains(
                        "process.options: '-jar' is no option of a JVM that a bundle may have: they begin with -D, -X,"
                                + " --add-");
    }

    @Test
    void shouldBoundErrorsAndDropsOfWhatTheFileDoesNotBound() throws IOException {
        String text = "target = \"http://h\", bundle = a.jar, load { rate = 8/s, duration = 1m }, thresholds ";
        assertThat(read(text + "{ search { dropped = 5% }, \"buy/pay\" { errors = 5% } }").thresholds().stream()
                        .map(Threshold::text))
                .containsExactly(
                        "buy/pay: errors at most 5 %",
                        "search: dropped at most 5 %",
                        "all: errors at most 1 %",
                        "all but search: dropped at most 1 %");
        assertThat(read(text + "{ all { dropped = 5%, errors = 2% }, search { errors = 9% } }")
                        .thresholds())
                .hasSize(3);
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
                .hasMessageContaining("run.conf:1: blend.serch: there is no such transaction. Did you mean 'search'?")
                .hasMessageContaining("run.conf:1: thresholds.buyy: there is no such transaction. Did you mean 'buy'?");
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
        var run = read("""
            target = "http://h", bundle = a.jar, load { rate = 5, duration = 1s }
            canary {
              every = 30s, schedules { buy = 5m, shop { deep = 1h } }, shift = 2h, listen = "0.0.0.0:9000"
              alarm { failures = 5, successes = 3, webhook = "https://example.com/secret", incidents = reports }
            }
            """);
        var canary = run.canary();
        assertThat(canary.every("search")).isEqualTo(Duration.ofSeconds(30));
        assertThat(canary.every("buy")).isEqualTo(Duration.ofMinutes(5));
        assertThat(canary.every("shop.deep")).isEqualTo(Duration.ofHours(1));
        assertThat(canary.listen().getPort()).isEqualTo(9000);
        assertThat(canary.incidents()).isEqualTo(folder.toAbsolutePath().resolve("reports"));
        assertThat(canary.explanation(SHOP))
                .isEqualTo("each every 30 s, buy every 5 min, cleaned up every 120 min;"
                        + " alarm after 5 failures in a row, told to example.com");
        assertThatThrownBy(() -> run.watched(SHOP))
                .isInstanceOf(RunFileRefused.class)
                .hasMessageContaining("run.conf:3: canary.schedules.shop.deep: there is no such transaction.");
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

    @Test
    void shouldAskForUnitsWhereANumberAloneMeansSomethingElse() throws IOException {
        assertThat(problems("""
            target = "http://h", bundle = a.jar
            load {
              concurrency = 60/min, duration = 30
            }
            thresholds { all { errors = 1, p99 = "200" } }
            interval = 2
            """))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem)
                                .contains("run.conf:3: load.concurrency: it is '60/min', wanted is a number of users"),
                        problem -> assertThat(problem)
                                .contains("run.conf:3: load.duration: it is '30' without a unit, wanted is a time such"
                                        + " as 10ms, 30s"),
                        problem -> assertThat(problem)
                                .contains("run.conf:5: thresholds.all.errors: it is '1' without a %"),
                        problem -> assertThat(problem).contains("run.conf:5: thresholds.all.p99: it is '200' without"),
                        problem -> assertThat(problem).contains("run.conf:6: interval: it is '2' without a unit"));
        String stages = "target=\"http://h\", bundle=a, load { of = concurrency, warmup = 0, stages = [ { hold = %s,"
                + " for = 3s } ] }, thresholds { all { errors = 0 } }";
        assertThat(read(stages.formatted("7")).load().profile().rateAt(5)).isEqualTo(7);
        assertThat(problems(stages.formatted("7/s")))
                .singleElement()
                .asString()
                .contains("load.stages[0].hold: it is '7/s', wanted is a number of users");
    }

    @Test
    void shouldRefuseWhatWouldTakeForEver() throws IOException {
        String start = "target=\"http://h\", bundle=a, load { rate = 5, duration = 1s }";
        assertThat(problems(start
                        + ", blend { search = \"1e-999999999\", buy = \"1e999999999\" }, capacity.precision = 0.0001%"))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).contains("blend.search: it is too small or too large"),
                        problem -> assertThat(problem).contains("blend.buy: it is too small or too large"),
                        problem -> assertThat(problem)
                                .contains("capacity.precision: it is out of range, allowed is 0.1% to 50%"));
        assertThat(problems(
                        "target=\"http://h\", bundle=a, load { stages = [ { hold = 1, for = 200d }, { hold = 1, for ="
                                + " 200d } ] }"))
                .singleElement()
                .asString()
                .contains("load.stages: together they last longer than 365 days");
    }

    @Test
    void shouldRefuseATraceOfTransactionsThatThereAreNot() throws IOException {
        Files.writeString(
                folder.resolve("trace.csv"), "note,at,transaction\n\"a\nb\",0,buy\n,0.5,\n\n,1.0,serch\n,2,serch\n");
        var run = read("target=\"http://h\", bundle=a, load { stages = [ { replay = trace.csv } ] }");
        assertThat(run.load().profile().arrivals()).isEqualTo(4);
        assertThatThrownBy(() -> run.weights(SHOP))
                .isInstanceOf(RunFileRefused.class)
                .hasMessageContaining("trace.csv:6: there is no transaction 'serch'. Did you mean 'search'?");
    }

    @Test
    void shouldSayWhatIsWrongWithATraceAndWhere() throws IOException {
        assertThat(trace("time\n1\n")).contains("trace.csv:1: there is no column 'at', there are time");
        assertThat(trace("at,note\n0,\"two\nlines\"\n0.5x,\n")).contains("trace.csv:4: '0.5x' is not seconds");
        assertThat(trace("at\n1\n0.5\n")).contains("trace.csv:3: the arrivals are not in order");
        assertThat(trace("at\n-1\n")).contains("trace.csv:2: '-1' is no time of a run");
        assertThat(trace("at\n1e999999999\n")).contains("trace.csv:2: '1e999999999' is no time of a run");
        assertThat(trace("at\n")).contains("trace.csv has no arrivals");
    }

    private String trace(String text) throws IOException {
        Files.writeString(folder.resolve("trace.csv"), text);
        return problems("target=\"http://h\", bundle=a, load { stages = [ { replay = trace.csv } ] }")
                .getFirst();
    }

    @Test
    void shouldTakeNamesWithPointsInThresholdsAsInTheBlend() throws IOException {
        var run = read("target=\"http://h\", pack = small, load { rate = 5, duration = 1s }, thresholds { buy.it {"
                + " p99 = 1s, errors = 2% }, small.buy.all { max = 2s }, \"a.b\" { dropped = 5% } }");
        assertThat(run.thresholds().stream().map(Threshold::text))
                .contains("buy.it: p99 at most 1 s", "buy.it: errors at most 2 %", "buy.all: max at most 2 s")
                .contains("a.b: dropped at most 5 %", "all but buy.it: errors at most 1 %");
    }

    @Test
    void shouldRefuseWhatAPackHasNoUseFor() throws IOException {
        assertThat(problems("target=\"ftp://h\", pack = small, load { rate = 5, duration = 1s }, settings { a = 1 },"
                        + " data {}"))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).contains("target: 'ftp://h' is not such as http://"),
                        problem -> assertThat(problem).contains("settings: it is for transactions of bundles"),
                        problem -> assertThat(problem).contains("data: it is for transactions of bundles"));
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
                    throw new AssertionError("reading a file runs nothing");
                }
            };
        }
    }
}

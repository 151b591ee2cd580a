package io.flywheel.loadtest.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.flywheel.loadtest.bundle.SampleBundle;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/// The commands with a bundle against an HTTP server in this process.
final class LoadtestCommandTest {
    private static final String SHOP = """
        import io.flywheel.loadtest.api.*;
        import java.net.URI;
        import java.net.http.*;
        import java.util.*;

        public final class Shop {
            private final HttpClient http = HttpClient.newHttpClient();

            @Feed
            List<String> words() {
                return List.of("apple", "pear");
            }

            @Transaction
            String search(Context context, @Feed("words") String word) throws Exception {
                return get(context, "/search?q=" + word);
            }

            @Transaction
            String buy(Context context, @ResultOf("search") String found) throws Exception {
                return context.measure("pay", () -> get(context, "/buy/" + found));
            }

            @Cleanup("buy")
            void giveBack(String bought, Run run) {
                run.log("gave back " + bought);
            }

            private String get(Context context, String path) throws Exception {
                var request = HttpRequest.newBuilder(URI.create(context.run().target() + path)).build();
                var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                context.requestId(answer.headers().firstValue("x-request").orElse("none"));
                context.received(answer.body().length());
                context.require("status is 200", answer.statusCode() == 200);
                return answer.body();
            }
        }
        """;

    @TempDir
    private Path folder = Path.of(".");

    private final StringWriter output = new StringWriter();
    private final StringWriter error = new StringWriter();
    private final AtomicInteger requests = new AtomicInteger();
    private int sick = Integer.MAX_VALUE;
    private HttpServer server = start();

    private static HttpServer start() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void serve() throws IOException {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            int number = requests.incrementAndGet();
            exchange.getResponseHeaders().add("x-request", "r" + number);
            exchange.sendResponseHeaders(number > sick ? 503 : 200, 2);
            exchange.getResponseBody().write("ok".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        SampleBundle.build(folder.resolve("shop.jar"), "Shop", SHOP, "1.0");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void shouldRunTheSameDefinitionAsAFunctionalTestAndUnderLoad() throws Exception {
        Path file = runFile(
                "load { rate = 200/s, duration = 500ms, arrivals = constant }",
                "thresholds { all { errors = 0%, throughput = 0/s }, \"buy/pay\" { max = 1m } }"
                        + "\ngenerator { lag = 1h, cpu = 100%, pause = 1h, pauses = 100% }");
        Path junit = folder.resolve("junit.xml");
        assertThat(execute("test", file.toString(), "--junit", junit.toString()))
                .isZero();
        assertThat(output.toString())
                .contains("passed  search")
                .contains("passed  buy")
                .contains("ok      status is 200")
                .contains("2 of 2 transactions passed, 1 cleaned up");
        assertThat(error.toString()).contains("gave back ok");
        assertThat(cases(junit)).isEqualTo(2);

        int before = requests.get();
        Path json = folder.resolve("result.json");
        Path csv = folder.resolve("result.csv");
        assertThat(execute(
                        "run",
                        file.toString(),
                        "--json",
                        json.toString(),
                        "--csv",
                        csv.toString(),
                        "--junit",
                        junit.toString()))
                .as(error.toString() + output)
                .isZero();
        // A hundred starts, and one search before them for the first who buys.
        assertThat(requests.get() - before).isEqualTo(101);
        assertThat(output.toString())
                .contains("PASS")
                .contains("buy/pay")
                .contains("ok      all: errors at most 0 %: 0 %");
        var result = JsonMapper.builder().build().readTree(Files.readString(json));
        assertThat(result.get("verdict").asString()).isEqualTo("PASS");
        assertThat(result.get("all").get("succeeded").asInt()).isEqualTo(100);
        assertThat(result.get("all").get("receivedBytes").asInt()).isEqualTo(200);
        assertThat(result.get("cleaned").get("done").asInt()).isEqualTo(50);
        assertThat(Files.readAllLines(csv)).hasSizeGreaterThanOrEqualTo(4);
        assertThat(cases(junit)).isEqualTo(5);

        Path html = folder.resolve("report.html");
        assertThat(execute("run", file.toString(), "--html", html.toString(), "--baseline", json.toString()))
                .isZero();
        assertThat(Files.readString(html))
                .contains("<h2 class=\"PASS\">PASS</h2>")
                .contains("Beside the baseline")
                .contains("p99 of the baseline")
                .doesNotContain("not in it");
    }

    @Test
    void shouldSayBeforeTheRunThatAReportHasNoPlace() throws Exception {
        String file = runFile("load { rate = 100/s, duration = 200ms }", "").toString();
        assertThat(execute("run", file, "--html", folder.resolve("none/a.html").toString()))
                .isEqualTo(2);
        assertThat(error.toString()).contains("--html").contains("its folder must exist");
        String html = folder.resolve("a.html").toString();
        assertThat(execute("run", file, "--html", html, "--baseline", file)).isEqualTo(2);
        assertThat(error.toString()).contains("--baseline").contains("is not JSON");
        assertThat(execute("run", file, "--html", html, "--baseline", "none.json"))
                .isEqualTo(2);
        assertThat(error.toString()).contains("there is no baseline none.json");
        assertThat(requests).hasValue(0);
    }

    @Test
    void shouldFailWithTheRequestsThatFailed() throws Exception {
        sick = 21;
        Path file = runFile(
                "load { rate = 200/s, duration = 200ms, arrivals = constant }",
                "thresholds { all { errors = 1% } }"
                        + "\ngenerator { lag = 1h, cpu = 100%, pause = 1h, pauses = 100% }");
        assertThat(execute("run", file.toString())).as(error.toString()).isEqualTo(1);
        assertThat(output.toString())
                .contains("BROKEN  all: errors at most 1 %")
                .contains("FAIL")
                .containsPattern("\\d+  check: status is 200")
                .containsPattern("such as number \\d+, request r\\d+");
        assertThat(execute("test", file.toString())).isEqualTo(1);
        assertThat(output.toString()).contains("FAILED  search").contains("NOT OK  status is 200");
    }

    @Test
    void shouldBeInvalidWhereABundleIsLostAndGoOnWithTheOthers() throws Exception {
        String bad =
                "import io.flywheel.loadtest.api.*;\npublic final class Bad { @Transaction void bad(Context context)"
                        + " { if (context.number() > 10) { System.exit(0); } } }";
        SampleBundle.build(folder.resolve("bad.jar"), "Bad", bad, "1.0");
        Path file = runFile("load { rate = 100/s, duration = 1s }", "process { memory = 64MiB, silence = 1m }");
        Files.writeString(file, Files.readString(file).replace("bundle = shop.jar", "bundles = [shop.jar, bad.jar]"));
        assertThat(execute("run", file.toString())).as(error.toString()).isEqualTo(3);
        assertThat(output.toString()).contains("INVALID").contains("because bad.jar: it called System.exit");
        // Those of the other bundle were sent to the end: about two thirds of a hundred.
        assertThat(requests.get()).isGreaterThan(40);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldWriteTheOtherReportsWhereOneCannotBe() throws Exception {
        Path file = runFile("load { rate = 50/s, duration = 200ms }", "");
        Path csv = folder.resolve("result.csv");
        assertThat(execute("run", file.toString(), "--json", "/dev/full", "--csv", csv.toString()))
                .isEqualTo(3);
        assertThat(output.toString()).contains("all: dropped at most 1 %");
        assertThat(error.toString())
                .contains("flywheel: --json: /dev/full could not be written: java.io.IOException: No space left");
        assertThat(csv).content().contains("search,0.000,");
        assertThat(execute("test", file.toString(), "--junit", "/dev/full")).isEqualTo(3);
        assertThat(output.toString()).contains("2 of 2 transactions passed");
    }

    @Test
    void shouldSayOfEachFormThatABundleOfSeveralCannotBeRun() throws Exception {
        Path file = runFile("load { rate = 100/s, duration = 1s }", "");
        Files.writeString(file, Files.readString(file).replace("bundle = shop.jar", "bundles = [shop.jar, none.jar]"));
        assertThat(execute("check", file.toString())).isEqualTo(2);
        assertThat(output.toString()).contains("search");
        assertThat(error.toString()).contains("there is no bundle").contains("none.jar");
        assertThat(requests).hasValue(0);
        Path junit = folder.resolve("junit.xml");
        assertThat(execute("test", file.toString(), "--junit", junit.toString()))
                .isEqualTo(1);
        assertThat(output.toString()).contains("passed  buy").contains("problem  there is no bundle");
        assertThat(cases(junit)).isEqualTo(3);
    }

    @Test
    void shouldBeInvalidWhereTheGeneratorWasTheBottleneck() throws Exception {
        Path file = runFile("load { rate = 100/s, duration = 200ms }", "generator { lag = 1us }");
        assertThat(execute("run", file.toString())).isEqualTo(3);
        assertThat(output.toString()).contains("INVALID").contains("because 1 % of the starts were more than");
    }

    @Test
    void shouldExplainWithoutSendingAnything() throws Exception {
        Path file = runFile("load { rate = 100/s, duration = 20s, warmup = 5s }", "blend { search = 3, buy = 1 }");
        assertThat(execute("check", file.toString())).isZero();
        assertThat(output.toString())
                .contains("starts       about 2,000, at most 100/s")
                .contains("about 1,500")
                .contains("the first 5 s are not counted");
        assertThat(requests).hasValue(0);
    }

    @Test
    void shouldSayWhatIsWrongWithTheFile() throws Exception {
        Path file = runFile("load { rate = 100/s, duration = 20x }", "blend { serch = 3 }");
        assertThat(execute("check", file.toString())).isEqualTo(2);
        assertThat(error.toString()).contains("load.duration: it is '20x'");
        assertThat(execute(
                        "run",
                        runFile("load { rate = 1, duration = 1s }", "blend { serch = 3 }")
                                .toString()))
                .isEqualTo(2);
        assertThat(error.toString()).contains("blend.serch: there is no such transaction. Did you mean 'search'?");
        assertThat(execute("check", folder.resolve("none.conf").toString())).isEqualTo(2);
        assertThat(requests).hasValue(0);
    }

    /// The bundle goes to the agents, which know nothing else.
    @Test
    void shouldRunABundleOnAgents() throws Exception {
        Path file = runFile(
                "load { rate = 100/s, duration = 2s, arrivals = constant }",
                "thresholds { all { errors = 0% } }\ngenerator { lag = 1h, cpu = 100%, pause = 1h, pauses = 100% }");
        var controllerError = new StringWriter();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var controller = threads.submit(() -> execute(
                    output,
                    controllerError,
                    "controller",
                    file.toString(),
                    "--agents",
                    "2",
                    "--listen",
                    "127.0.0.1:0",
                    "--folder",
                    folder.resolve("controller").toString()));
            var invitation = invitation(controllerError, controller);
            Path token = folder.resolve("token");
            Files.writeString(token, invitation.group(1));
            String address = "127.0.0.1:" + invitation.group(2);
            var agents = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 2; i++) {
                var said = new StringWriter();
                agents.add(threads.submit(
                        () -> execute(said, controllerError, "agent", address, "--token-file", token.toString())));
            }
            assertThat(controller.get()).as(controllerError.toString() + output).isZero();
            for (var agent : agents) {
                assertThat(agent.get()).isZero();
            }
        }
        assertThat(output.toString()).contains("PASS").contains("buy/pay").doesNotContain("missing");
        // Two hundred, and one search on each agent for the first who buys there.
        assertThat(requests).hasValue(202);
        assertThat(Files.exists(folder.resolve("controller/journal"))).isFalse();
    }

    private static Matcher invitation(StringWriter said, Future<Integer> controller) {
        var pattern = Pattern.compile("FLYWHEEL_LOADTEST_TOKEN=(\\S+) .*?agent THIS-HOST:(\\d+)", Pattern.DOTALL);
        while (true) {
            var invitation = pattern.matcher(said.toString());
            if (invitation.find()) {
                return invitation;
            }
            assertThat(controller.isDone()).as(said.toString()).isFalse();
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldSayWhyAnAgentCannotJoin() {
        assertThat(execute("agent", "nowhere")).isEqualTo(2);
        assertThat(error.toString()).contains("'nowhere' is not such as");
        assertThat(execute(
                        "agent",
                        "127.0.0.1:1",
                        "--token-file",
                        folder.resolve("shop.jar").toString()))
                .isNotZero();
    }

    private Path runFile(String load, String rest) throws IOException {
        Path file = folder.resolve("run.conf");
        Files.writeString(
                file,
                "target = \"http://127.0.0.1:" + server.getAddress().getPort() + "\"\nbundle = shop.jar\n" + load + "\n"
                        + rest + "\ninterval = 100ms\n");
        return file;
    }

    private int execute(String... arguments) {
        output.getBuffer().setLength(0);
        error.getBuffer().setLength(0);
        return execute(output, error, arguments);
    }

    private static int execute(StringWriter output, StringWriter error, String... arguments) {
        return new CommandLine(new LoadtestCommand())
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(error, true))
                .execute(arguments);
    }

    private static int cases(Path xml) throws Exception {
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml.toFile());
        return document.getElementsByTagName("testcase").getLength();
    }
}

package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.flywheel.loadtest.pack.Pack;
import io.flywheel.loadtest.result.Threshold;
import io.flywheel.loadtest.runfile.RunFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunFilesTest {
    @TempDir
    private Path folder = Path.of(".");

    @Test
    void shouldTakeAlongEveryFileThatARunNames() throws IOException {
        var files = RunFiles.of(run());
        assertThat(files.files())
                .extracting(RunFiles.Sent::name)
                .containsExactly("bundle-0/shop.jar", "bundle-1/cart.jar", "file-2-a_b.csv", "file-3-trace.csv");
        var config = ConfigFactory.parseString(files.text());
        assertThat(config.getStringList("bundles")).containsExactly("bundle-0/shop.jar", "bundle-1/cart.jar");
        assertThat(config.getString("data.\"a.b\".file")).isEqualTo("file-2-a_b.csv");
        assertThat(config.getConfigList("load.stages").get(1).getString("replay"))
                .isEqualTo("file-3-trace.csv");
        assertThat(config.getConfigList("load.stages").get(1).getInt("speed")).isEqualTo(2);
        // What the controller's environment and included files say is in it.
        assertThat(config.getString("target")).isEqualTo("http://included");
    }

    @Test
    void shouldReadAProbeAsItIs() throws IOException {
        Path file = Files.writeString(folder.resolve("search.conf"), """
            target = "http://127.0.0.1:1", pack = http, http { requests { get { path = "/" } } }, seed = 7
            load { stages = [{ hold = 5/s, for = 1m }], of = rate, arrivals = constant
                in-flight-max = 77, drain = 3s }
            thresholds { all { errors = 1%, throughput = 5/s } }
            """);
        double perSecond = Math.sqrt(3) * 1e5;
        var probe = RunFile.read(file, Pack.builtIn())
                .probe(perSecond, Duration.ofNanos(1_234_567_891), 5, Duration.ofMillis(123));
        var sent = RunFiles.ofProbe(probe);
        Path agent = Files.writeString(folder.resolve("sent.conf"), sent.text());
        var read = RunFile.read(agent, Pack.builtIn());
        assertThat(read.load()).usingRecursiveComparison().isEqualTo(probe.load());
        assertThat(read.load().profile().highestRate()).isEqualTo(perSecond);
        assertThat(read.load().draw()).isEqualTo(5);
        assertThat(read.interval()).isEqualTo(probe.interval());
        assertThat(read.seed()).isEqualTo(7);
        assertThat(probe.thresholds()).isNotEmpty().noneMatch(threshold -> threshold instanceof Threshold.Throughput);
        assertThat(read.plan(List.of(BigDecimal.ONE)).seed())
                .isNotEqualTo(RunFile.read(file, Pack.builtIn())
                        .plan(List.of(BigDecimal.ONE))
                        .seed());
    }

    @Test
    void shouldTakeAlongWhatLiesBesideABundle() throws Exception {
        jar("team/shop.jar", "lib/a.jar ../common/b.jar classes/ lib/nobody.jar", "shop");
        jar("team/lib/a.jar", "c%20d.jar", "a");
        jar("team/lib/c d.jar", "a.jar", "c");
        jar("common/b.jar", "", "b");
        Files.createDirectories(folder.resolve("team/classes/deep"));
        Files.writeString(folder.resolve("team/classes/deep/e.txt"), "e");
        Path file = folder.resolve("beside.conf");
        Files.writeString(file, "bundle = team/shop.jar");
        var files = RunFiles.of(file);
        assertThat(files.files())
                .extracting(RunFiles.Sent::name)
                .containsExactlyInAnyOrder(
                        "bundle-0/team/shop.jar",
                        "bundle-0/team/lib/a.jar",
                        "bundle-0/team/lib/c d.jar",
                        "bundle-0/common/b.jar",
                        "bundle-0/team/classes/deep/e.txt");
        Path agent = Files.createDirectory(folder.resolve("agent"));
        transfer(files, agent, announced -> announced);
        Path bundle = agent.resolve(ConfigFactory.parseString(files.text()).getString("bundle"));
        try (var loader = new URLClassLoader(new URL[] {bundle.toUri().toURL()}, null)) {
            for (String name : List.of("shop", "a", "b", "c", "deep/e.txt")) {
                assertThat(loader.getResource(name)).as(name).isNotNull();
            }
        }
        jar("team/shop.jar", "file:/opt/lib/x.jar", "shop");
        assertThatThrownBy(() -> RunFiles.of(file)).hasMessageContaining("file:/opt/lib/x.jar");
    }

    private void jar(String name, String classPath, String resource) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        try (var out = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            out.putNextEntry(new JarEntry(resource));
        }
    }

    @Test
    void shouldBeAnotherRunWhenAFileIsAnother() throws IOException {
        var before = RunFiles.of(run()).identity();
        assertThat(RunFiles.of(run()).identity()).isEqualTo(before);
        Files.writeString(folder.resolve("cart.jar"), "changed");
        assertThat(RunFiles.of(folder.resolve("run.conf")).identity()).isNotEqualTo(before);
    }

    @Test
    void shouldReceiveWhatWasAnnouncedOrNothing() throws Exception {
        var files = RunFiles.of(run());
        Path whole = Files.createDirectory(folder.resolve("whole"));
        transfer(files, whole, announced -> announced);
        assertThat(Files.readString(whole.resolve("bundle-0/shop.jar"))).isEqualTo("shop");
        assertThat(Files.readString(whole.resolve("file-3-trace.csv"))).isEqualTo("at");
        assertThatThrownBy(() -> transfer(
                        files, whole, announced -> new Handshake.Announced(announced.name(), announced.bytes(), "00")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("came with SHA-256");
        assertThatThrownBy(() -> transfer(
                        files,
                        whole,
                        announced -> new Handshake.Announced(
                                "../" + announced.name(), announced.bytes(), announced.sha256())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a file named ..");
    }

    private static void transfer(RunFiles files, Path to, UnaryOperator<Handshake.Announced> altered) throws Exception {
        var announced = files.files().stream()
                .map(file -> altered.apply(new Handshake.Announced(file.name(), file.bytes(), file.sha256())))
                .toList();
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = new Socket(server.getInetAddress(), server.getLocalPort());
                var accepted = server.accept()) {
            var sender = CompletableFuture.runAsync(() -> {
                try {
                    Handshake.sendFiles(new Frames(accepted), files);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            Handshake.receiveFiles(new Frames(client), List.copyOf(announced), to);
            sender.get();
        }
    }

    private Path run() throws IOException {
        Files.writeString(folder.resolve("shop.jar"), "shop");
        Files.writeString(folder.resolve("cart.jar"), "cart");
        Files.writeString(folder.resolve("a b.csv"), "name");
        Files.writeString(folder.resolve("trace.csv"), "at");
        Files.writeString(folder.resolve("common.conf"), "where = \"http://included\"");
        Path file = folder.resolve("run.conf");
        Files.writeString(file, """
            include "common.conf"
            target = ${where}
            bundles = [shop.jar, cart.jar]
            data { "a.b" { file = "a b.csv" } }
            load { stages = [ { hold = 1/s, for = 1s }, { replay = trace.csv, speed = 2 } ] }
            """);
        return file;
    }
}

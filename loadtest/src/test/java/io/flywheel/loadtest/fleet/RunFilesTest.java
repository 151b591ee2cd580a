package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
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
                .containsExactly("file-0-shop.jar", "file-1-cart.jar", "file-2-a_b.csv", "file-3-trace.csv");
        var config = ConfigFactory.parseString(files.text());
        assertThat(config.getStringList("bundles")).containsExactly("file-0-shop.jar", "file-1-cart.jar");
        assertThat(config.getString("data.\"a.b\".file")).isEqualTo("file-2-a_b.csv");
        assertThat(config.getConfigList("load.stages").get(1).getString("replay"))
                .isEqualTo("file-3-trace.csv");
        assertThat(config.getConfigList("load.stages").get(1).getInt("speed")).isEqualTo(2);
        // What the controller's environment and included files say is in it.
        assertThat(config.getString("target")).isEqualTo("http://included");
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
        assertThat(Files.readString(whole.resolve("file-0-shop.jar"))).isEqualTo("shop");
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

package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.server.admin.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A store that began with one disk, got two more while it served, and then loses the first.
final class GrownStoreTest {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final int BYTES = 700_000;

    @TempDir
    Path folder = Path.of("");

    private ServerChild serve(String... disks) {
        var arguments = new ArrayList<>(List.of("server", "--address", "127.0.0.1:0"));
        for (String disk : disks) {
            arguments.add(folder.resolve(disk).toString());
        }
        return ServerChild.start(folder, Map.of(), arguments);
    }

    private ServerChild run(String... arguments) {
        var child = ServerChild.start(folder, Map.of(), List.of(arguments));
        child.exitCode();
        return child;
    }

    private int send(RootCredentials root, String endpoint, String method, String path, int bytes) {
        var here = URI.create(endpoint);
        String signed = PresignedPath.of(method, here.getAuthority(), path, root, "us-east-1", Instant.now());
        var body = method.equals("PUT")
                ? HttpRequest.BodyPublishers.ofByteArray(new byte[bytes])
                : HttpRequest.BodyPublishers.noBody();
        try {
            var answer = HTTP.send(
                    HttpRequest.newBuilder(URI.create(endpoint + signed))
                            .method(method, body)
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            return answer.body().length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Until all is well, and what is written now survives the loss of a disk: there are copysets for that.
    private Json awaitRedundancy() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ServerChild.SECONDS_MAX);
        while (true) {
            try (var status = run("status", "--json")) {
                if (status.exitCode() == 0) {
                    var json = Json.parse(status.output());
                    if (json.object("copysets").objects("byRedundancy").stream()
                            .anyMatch(level -> level.number("remaining") > 0)) {
                        return json;
                    }
                }
                assertThat(System.nanoTime())
                        .as(status.output() + status.error())
                        .isLessThan(deadline);
            }
        }
    }

    private static void delete(Path tree) throws IOException {
        try (var all = Files.walk(tree)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /// What was stored while there was one disk is in the namespace or lies on that disk alone: the one has
    /// become redundant, the other stays as it was stored.
    @Test
    void shouldKeepEverythingWhenTheFirstDiskIsLostAfterTwoWereAdded() throws IOException {
        RootCredentials root;
        try (var server = serve("d0")) {
            String endpoint = server.endpoint();
            root = RootCredentials.read(folder.resolve("d0")).orElseThrow();
            send(root, endpoint, "PUT", "/bucket", 0);
            send(root, endpoint, "PUT", "/bucket/small", 100);
            for (String more : List.of("d1", "d2")) {
                try (var added = run("disk", "add", folder.resolve(more).toString())) {
                    assertThat(added.exitCode()).as(added.error()).isZero();
                }
            }
            var namespace = awaitRedundancy().object("namespace");
            assertThat(namespace.objects("log")).hasSize(3).allMatch(copy -> copy.truth("inSync"));
            assertThat(namespace.number("mayLose")).isEqualTo(1);
            send(root, endpoint, "PUT", "/bucket/large", BYTES);
            assertThat(server.error())
                    .as("what encodes is chosen though one disk needed nothing")
                    .contains("encoding: by");
            server.terminate();
            assertThat(server.exitCode()).as(server.error()).isZero();
        }
        delete(folder.resolve("d0"));
        try (var server = serve("d1", "d2")) {
            String endpoint = server.endpoint();
            try (var status = run("status")) {
                assertThat(status.output())
                        .as("where the lost disk was")
                        .contains(folder.resolve("d0").toString());
            }
            assertThat(send(root, endpoint, "GET", "/bucket/small", 0)).isEqualTo(100);
            assertThat(send(root, endpoint, "GET", "/bucket/large", 0)).isEqualTo(BYTES);
            send(root, endpoint, "PUT", "/bucket/after", BYTES);
            assertThat(send(root, endpoint, "GET", "/bucket/after", 0)).isEqualTo(BYTES);
        }
    }
}

package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.server.admin.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The disks of a running server, changed by commands.
final class DiskProcessTest {
    private static final int DISKS = 6;

    @TempDir
    Path folder = Path.of("");

    private ServerChild serve(String... disks) {
        var arguments = new ArrayList<>(List.of("server", "--address", "127.0.0.1:0"));
        for (String disk : disks) {
            arguments.add(disk(disk).toString());
        }
        return ServerChild.start(folder, Map.of(), arguments);
    }

    private ServerChild serve() {
        return serve("d0", "d1", "d2", "d3", "d4", "d5");
    }

    private Path disk(String name) {
        return folder.resolve(name);
    }

    private String run(int exitCode, String... arguments) {
        try (var child = ServerChild.start(folder, Map.of(), List.of(arguments))) {
            assertThat(child.exitCode()).as(child.error() + child.output()).isEqualTo(exitCode);
            return child.output() + child.error();
        }
    }

    /// An action, first as it would be, which must change nothing.
    private String change(String... arguments) {
        var dry = new ArrayList<>(List.of(arguments));
        dry.add("--dry-run");
        String before = run(0, "status", "--json");
        assertThat(run(0, dry.toArray(String[]::new))).startsWith("Nothing is changed. Without --dry-run it would:\n");
        assertThat(status(before)).isEqualTo(status(run(0, "status", "--json")));
        return run(0, arguments);
    }

    /// What does not change by itself.
    private static List<String> status(String json) {
        return Json.parse(json).objects("disks").stream()
                .map(disk -> disk.text("id") + disk.text("path") + disk.text("state") + disk.text("draining"))
                .toList();
    }

    private static Json disk(Json status, Path path) {
        return status.objects("disks").stream()
                .filter(disk -> disk.text("path").equals(path.toString()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldAddADiskForGoodAndDrainIt() {
        try (var server = serve()) {
            server.endpoint();
            assertThat(change("disk", "add", disk("new").toString(), "--node", "n"))
                    .contains("The disk's name is ");
            var added = disk(await(0), disk("new"));
            assertThat(added.text("state")).isEqualTo("present");
            assertThat(added.text("node")).isEqualTo("n");
            assertThat(run(1, "disk", "add", disk("new").toString())).contains("of this store already");
            assertThat(run(1, "disk", "add", folder.toString())).contains("holds other data");
            assertThat(run(1, "disk", "remove", disk("d0").toString())).contains("have slots on", "--lost");
            assertThat(run(1, "disk", "remove", "--lost", disk("d0").toString()))
                    .contains("is here and answers");
            var drained = firstWithoutLog(await(0));
            assertThat(change("disk", "drain", drained)).contains("slots (about");
            run(0, "disk", "drain", "--cancel", drained);
            assertThat(disk(await(0), Path.of(drained)).text("state")).isEqualTo("present");
            assertThat(run(0, "disk", "drain", "--wait", drained)).contains("no slot is left on it");
            server.terminate();
            assertThat(server.exitCode()).as(server.error()).isZero();
        }
        try (var server = serve("d0", "d1", "d2", "d3", "d4", "d5", "new")) {
            server.endpoint();
            assertThat(await(0).objects("disks"))
                    .filteredOn(disk -> disk.text("state").equals("draining"))
                    .singleElement()
                    .satisfies(disk -> run(0, "disk", "remove", disk.text("path")));
            assertThat(await(0).number("removedDisks")).isEqualTo(1);
            server.terminate();
            assertThat(server.exitCode()).as(server.error()).isZero();
        }
        assertThat(disk("new").resolve("server.json")).doesNotExist();
    }

    @Test
    void shouldRestoreADiskThatWasAwayWhileTheServerRan() throws IOException {
        try (var server = serve()) {
            String endpoint = server.endpoint();
            assertThat(await(0).objects("disks")).hasSize(DISKS);
            Path gone = lastDisk(await(0));
            Files.move(gone, disk("away"));
            assertThat(disk(await(10, 11), gone).text("state")).isEqualTo("absent");
            assertThat(metrics(endpoint))
                    .contains("flywheel_disks{state=\"absent\"} 1.0")
                    .containsPattern("flywheel_copysets\\{parity=\"2\",remaining=\"1\"} [1-9]")
                    .contains("flywheel_worker_alarms{worker=\"repair\"}");
            assertThat(run(1, "disk", "restore", gone.toString())).contains("missing now");
            Files.move(disk("away"), gone);
            assertThat(run(0, "disk", "restore", gone.toString())).startsWith("Done, or under way:\n");
            assertThat(disk(await(0), gone).text("state")).isEqualTo("present");
            assertThat(run(1, "disk", "restore", gone.toString())).contains("is open already");
        }
    }

    private static String metrics(String endpoint) throws IOException {
        try (var answer = URI.create(endpoint + "/-/metrics").toURL().openStream()) {
            return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String firstWithoutLog(Json status) {
        return status.objects("disks").stream()
                .filter(disk -> !disk.truth("holdsNamespace"))
                .map(disk -> disk.text("path"))
                .findFirst()
                .orElseThrow();
    }

    private static Path lastDisk(Json status) {
        return Path.of(status.objects("disks").getLast().text("path"));
    }

    /// Asks until `status` exits with one of these.
    private Json await(int... exitCodes) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ServerChild.SECONDS_MAX);
        while (true) {
            try (var child = ServerChild.start(folder, Map.of(), List.of("status", "--json"))) {
                int exitCode = child.exitCode();
                for (int each : exitCodes) {
                    if (each == exitCode) {
                        return Json.parse(child.output());
                    }
                }
                assertThat(System.nanoTime()).as(child.output() + child.error()).isLessThan(deadline);
            }
        }
    }
}

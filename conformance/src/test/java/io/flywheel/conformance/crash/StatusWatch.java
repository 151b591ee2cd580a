package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.AdminClient;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;

/// Asks a server how it is, again and again, and holds that against what the test knows. What is not true fails
/// [#check].
final class StatusWatch implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration ANSWERS = Duration.ofMinutes(1);

    private final AdminClient admin;
    private final Map<Path, String> told = new ConcurrentHashMap<>();
    private final AtomicReference<JsonNode> latest = new AtomicReference<>(JsonNode.emptyObjectNode());
    private final AtomicReference<Optional<AssertionError>> untrue = new AtomicReference<>(Optional.empty());
    private final AtomicInteger answers = new AtomicInteger();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final Thread thread;

    StatusWatch(URI endpoint) {
        admin = new AdminClient(endpoint, ANSWERS);
        thread = Thread.ofPlatform().start(this::run);
    }

    AdminClient admin() {
        return admin;
    }

    private void run() {
        try {
            do {
                look();
            } while (!ending.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (AssertionError e) {
            untrue.compareAndSet(Optional.empty(), Optional.of(e));
        } catch (RuntimeException e) {
            untrue.compareAndSet(Optional.empty(), Optional.of(new AssertionError("status was not answered", e)));
        }
    }

    private void look() {
        var expected = new TreeMap<>(told);
        var answer = admin.status();
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        var json = answer.json();
        // What is as many disks as a block spares may not be called more.
        assertThat(verdict(json)).as(answer.text()).isNotEqualTo("data unavailable");
        expected.forEach((disk, fault) -> {
            if (told.containsKey(disk)) {
                assertThat(state(json, disk))
                        .as("%s is %s; %s", disk, fault, answer.text())
                        .isNotEqualTo("present");
                assertThat(verdict(json))
                        .as("%s is %s; %s", disk, fault, answer.text())
                        .isNotEqualTo("healthy");
            }
        });
        latest.set(json);
        answers.incrementAndGet();
    }

    /// Fails when anything that was said was not true.
    void check() {
        var found = untrue.get();
        if (found.isPresent()) {
            throw found.get();
        }
    }

    /// Whether the server says by now that something is wrong with the disk.
    boolean tells(Path disk) {
        check();
        return !state(latest.get(), disk).equals("present");
    }

    /// From now on it must not say that the disk is well, until that [#ends].
    void begins(Path disk, String fault) {
        told.put(disk, fault);
    }

    void ends(Path disk) {
        told.remove(disk);
    }

    /// How often it was asked.
    int answers() {
        return answers.get();
    }

    /// The latest answer.
    JsonNode latest() {
        check();
        return latest.get();
    }

    static String verdict(JsonNode status) {
        return status.field("verdict").map(JsonNode::asString).orElse("unknown");
    }

    private static List<JsonNode> disks(JsonNode status) {
        return status.field("disks").map(JsonNode::asArray).orElse(List.of());
    }

    private static String state(JsonNode status, Path disk) {
        return disks(status).stream()
                .filter(each -> each.field("path")
                        .filter(JsonNode::isString)
                        .map(JsonNode::asString)
                        .orElse("")
                        .equals(disk.toString()))
                .map(each -> each.field("state").map(JsonNode::asString).orElse("unknown"))
                .findFirst()
                .orElse("present");
    }

    /// Why all is not well; a disk on which damage was found says so until the server starts anew, though what was
    /// there has been made anew elsewhere.
    List<String> complaints() {
        return latest().field("reasons").map(JsonNode::asArray).orElse(List.of()).stream()
                .map(JsonNode::asString)
                .filter(reason -> !reason.matches("disk .* has [0-9]+ damages?"))
                .toList();
    }

    /// Whether every copyset can lose as many disks as it was made for, and nothing moves.
    boolean isWhole() {
        var copysets = latest().field("copysets").orElse(JsonNode.emptyObjectNode());
        var levels = copysets.field("byRedundancy").map(JsonNode::asArray).orElse(List.of());
        return copysets.field("moving").map(JsonNode::asNumber).orElse("").equals("0")
                && !levels.isEmpty()
                && levels.stream()
                        .allMatch(level -> level.field("parity")
                                .map(JsonNode::asNumber)
                                .equals(level.field("remaining").map(JsonNode::asNumber)));
    }

    @Override
    public void close() {
        ending.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        admin.close();
    }
}

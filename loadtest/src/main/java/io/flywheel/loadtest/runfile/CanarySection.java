package io.flywheel.loadtest.runfile;

import com.typesafe.config.ConfigFactory;
import io.flywheel.base.Nearest;
import io.flywheel.loadtest.result.Quantities;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How a canary watches.
///
/// @param every how often each transaction runs
/// @param schedules how often those run that are not run as often as the others
/// @param shift so long it runs before it cleans up and sets up anew
/// @param failures so many of a transaction in a row raise an alarm
/// @param successes so many in a row of each transaction that failed end it
/// @param webhook is told of alarms and of their end
/// @param incidents the folder of their reports
/// @param listen where health and metrics are
public record CanarySection(
        Duration every,
        Map<String, Duration> schedules,
        Duration shift,
        int failures,
        int successes,
        Optional<URI> webhook,
        Path incidents,
        InetSocketAddress listen) {
    private static final Duration EVERY_MIN = Duration.ofMillis(10);
    private static final Duration EVERY_MAX = Duration.ofDays(1);
    private static final int IN_ROW_MAX = 1_000;
    private static final String LISTEN = "127.0.0.1:9464";

    public CanarySection {
        schedules = Map.copyOf(schedules);
    }

    /// @param folder of the run file: paths are from there
    /// @param pack that it chose, or empty
    static CanarySection read(Section section, Path folder, String pack) {
        var every = section.duration("every", EVERY_MIN, EVERY_MAX).orElse(Duration.ofMinutes(1));
        var schedules = new TreeMap<String, Duration>();
        section.section("schedules").ifPresent(all -> schedules(all, "", pack + ".", schedules));
        var shift = section.duration("shift", Duration.ofMillis(100), Duration.ofDays(30))
                .orElse(Duration.ofHours(1));
        var alarm = section.section("alarm").orElseGet(() -> section.empty("alarm"));
        int failures = alarm.number("failures", 1, IN_ROW_MAX).orElse(3L).intValue();
        int successes = alarm.number("successes", 1, IN_ROW_MAX).orElse(2L).intValue();
        var webhook = alarm.parsed("webhook", CanarySection::webhook);
        var incidents = folder.resolve(alarm.text("incidents", "incidents"));
        alarm.done();
        var listen = section.parsed("listen", CanarySection::address).orElseGet(() -> address(LISTEN));
        section.done();
        return new CanarySection(every, schedules, shift, failures, successes, webhook, incidents, listen);
    }

    /// Where a run file says nothing of it.
    static CanarySection usual(Path folder) {
        return read(new Section("canary", ConfigFactory.empty().root(), new ArrayList<>()), folder, "");
    }

    /// A transaction may be called by its name alone, or after its pack: `s3.get` is `get`.
    ///
    /// @param path of the object within the schedules, with a point at its end
    private static void schedules(Section section, String path, String pack, Map<String, Duration> schedules) {
        for (String key : section.keys()) {
            if (section.isObject(key)) {
                section.section(key).ifPresent(inner -> schedules(inner, path + key + ".", pack, schedules));
                continue;
            }
            String name = path + key;
            section.duration(key, EVERY_MIN, EVERY_MAX)
                    .ifPresent(every -> schedules.put(
                            name.startsWith(pack) && pack.length() > 1 ? name.substring(pack.length()) : name, every));
        }
    }

    private static URI webhook(String text) {
        try {
            var address = new URI(text);
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (!http || address.getHost() == null) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no address such as https://alarms.example.com/hook");
            }
            return address;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address such as https://alarms.example.com/hook", e);
        }
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (colon > 0 && port >= 0 && port <= 65_535) {
                return new InetSocketAddress(text.substring(0, colon).replaceAll("[\\[\\]]", ""), port);
            }
        } catch (NumberFormatException e) {
            // It is said below.
        }
        throw new IllegalArgumentException("'" + text + "' is not an address and a port, such as " + LISTEN);
    }

    /// How often a transaction runs.
    public Duration every(String transaction) {
        return schedules.getOrDefault(transaction, every);
    }

    /// What a canary would do, in one line.
    String explanation(List<String> transactions) {
        var text = new StringBuilder("each every ").append(Quantities.time(every.toNanos()));
        transactions.stream()
                .filter(schedules::containsKey)
                .forEach(name -> text.append(", ")
                        .append(name)
                        .append(" every ")
                        .append(Quantities.time(every(name).toNanos())));
        text.append(", cleaned up every ").append(Quantities.time(shift.toNanos()));
        text.append("; alarm after ").append(failures).append(failures == 1 ? " failure" : " failures in a row");
        // The rest of the address may be a secret.
        text.append(webhook.map(address -> ", told to " + address.getHost()).orElse(", told to nobody"));
        return text.toString();
    }

    /// @param transactions that there are
    /// @throws RunFileRefused when a schedule is of another one
    void check(List<String> transactions) {
        var problems = schedules.keySet().stream()
                .filter(name -> !transactions.contains(name))
                .sorted()
                .map(name -> "canary.schedules." + name + ": there is no such transaction."
                        + Nearest.hint(name, transactions) + " There are " + String.join(", ", transactions) + ".")
                .toList();
        if (!problems.isEmpty()) {
            throw new RunFileRefused(problems);
        }
    }
}

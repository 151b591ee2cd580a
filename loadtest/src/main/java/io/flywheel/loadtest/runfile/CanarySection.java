package io.flywheel.loadtest.runfile;

import com.typesafe.config.ConfigFactory;
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
/// @param failures so many of the last executions of a transaction raise an alarm
/// @param of so many of the last executions are looked at: as many as failures means in a row
/// @param successes so many in a row of each transaction that failed end it
/// @param webhook is told of alarms and of their end
/// @param incidents the folder of their reports
/// @param state the file in which it keeps what it must know after a restart
/// @param listen where health and metrics are
public record CanarySection(
        Duration every,
        Map<String, Duration> schedules,
        Duration shift,
        int failures,
        int of,
        int successes,
        Optional<URI> webhook,
        Path incidents,
        Path state,
        InetSocketAddress listen) {
    private static final Duration EVERY_MIN = Duration.ofMillis(10);
    private static final Duration EVERY_MAX = Duration.ofDays(1);
    private static final int IN_ROW_MAX = 1_000;
    private static final String LISTEN = "127.0.0.1:9464";

    public CanarySection {
        schedules = Map.copyOf(schedules);
    }

    /// @param file the run file: paths are from its folder
    /// @param pack that it chose, or empty
    /// @param places gets where each schedule is said
    static CanarySection read(Section section, Path file, String pack, Map<String, String> places) {
        var every = section.duration("every", EVERY_MIN, EVERY_MAX).orElse(Duration.ofMinutes(1));
        var schedules = new TreeMap<String, Duration>();
        section.section("schedules").ifPresent(all -> schedules(all, "", pack + ".", schedules, places));
        var shift = section.duration("shift", Duration.ofMillis(100), Duration.ofDays(30))
                .orElse(Duration.ofHours(1));
        var alarm = section.section("alarm").orElseGet(() -> section.empty("alarm"));
        int failures = alarm.number("failures", 1, IN_ROW_MAX).orElse(3L).intValue();
        int of = alarm.number("of", 1, IN_ROW_MAX).orElse((long) failures).intValue();
        if (of < failures) {
            alarm.problem("of", "of " + of + " executions no " + failures + " can fail");
        }
        int successes = alarm.number("successes", 1, IN_ROW_MAX).orElse(2L).intValue();
        var webhook = alarm.parsed("webhook", CanarySection::webhook);
        var incidents = file.resolveSibling(alarm.text("incidents", "incidents"));
        alarm.done();
        var listen = section.parsed("listen", CanarySection::address).orElseGet(() -> address(LISTEN));
        var state = file.resolveSibling(section.text("state", file.getFileName() + ".canary"));
        section.done();
        return new CanarySection(every, schedules, shift, failures, of, successes, webhook, incidents, state, listen);
    }

    /// Where a run file says nothing of it.
    static CanarySection usual(Path file) {
        return read(new Section("canary", ConfigFactory.empty().root(), new ArrayList<>()), file, "", new TreeMap<>());
    }

    /// A transaction may be called by its name alone, or after its pack: `s3.get` is `get`.
    ///
    /// @param path of the object within the schedules, with a point at its end
    private static void schedules(
            Section section, String path, String pack, Map<String, Duration> schedules, Map<String, String> places) {
        for (String key : section.keys()) {
            if (section.isObject(key)) {
                section.section(key).ifPresent(inner -> schedules(inner, path + key + ".", pack, schedules, places));
                continue;
            }
            String said = path + key;
            String name = said.startsWith(pack) && pack.length() > 1 ? said.substring(pack.length()) : said;
            places.putIfAbsent("canary.schedules." + name, section.where(key));
            section.duration(key, EVERY_MIN, EVERY_MAX).ifPresent(every -> schedules.put(name, every));
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

    /// When an alarm is raised, as a sentence goes on.
    public String rule() {
        if (failures == 1 && of == 1) {
            return "at the first failure";
        }
        return "after " + failures + (of == failures ? " failures in a row" : " failures of " + of + " executions");
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
        text.append("; alarm ").append(rule());
        // The rest of the address may be a secret.
        text.append(webhook.map(address -> ", told to " + address.getHost()).orElse(", told to nobody"));
        return text.toString();
    }
}

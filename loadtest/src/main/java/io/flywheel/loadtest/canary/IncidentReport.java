package io.flywheel.loadtest.canary;

import io.flywheel.loadtest.result.Quantities;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The draft of an incident report, in Markdown: what the canary knows is filled in, the rest is for people.
final class IncidentReport {
    private static final int ROWS_MAX = 50;

    private IncidentReport() {}

    /// What is written when the alarm is raised.
    ///
    /// @param target where the service is
    /// @param rule what raised it, in words
    static String draft(Incident incident, String target, String rule) {
        var lines = new ArrayList<String>();
        String names = String.join(", ", incident.affected().keySet());
        lines.add("# Incident " + incident.id() + ": " + names + " failed at " + cell(target));
        lines.add("");
        lines.add("Draft, written by the canary when it raised the alarm. What happens later is added at the end.");
        lines.add("");
        lines.add("- **Service**: " + cell(target));
        lines.add("- **Began**: " + time(incident.began()) + " (first failure)");
        lines.add("- **Alarm**: " + time(incident.raised()) + ", "
                + length(Duration.between(incident.began(), incident.raised())) + " later (" + rule + ")");
        lines.add("- **Severity**: _to be said_");
        lines.add("- **Owner**: _to be said_");
        lines.add("");
        lines.add("## Impact");
        lines.add("");
        lines.addAll(impact(incident));
        lines.add("");
        lines.add("What clients noticed: _to be said_");
        lines.add("");
        lines.add("## Timeline");
        lines.add("");
        lines.addAll(timeline(incident));
        lines.add("");
        lines.add("## Failing transactions");
        lines.add("");
        lines.addAll(failures(incident));
        lines.add("");
        lines.add("## Five whys");
        lines.add("");
        for (int why = 1; why <= 5; why++) {
            lines.add(why + ". Why? ");
        }
        lines.add("");
        lines.add("## What is done so that it does not happen again");
        lines.add("");
        lines.add("| what | who | until |");
        lines.add("|---|---|---|");
        lines.add("| | | |");
        return text(lines);
    }

    /// What is added when one more transaction fails.
    static String spread(Incident incident, String transaction) {
        var affected = incident.affected().get(transaction);
        String at = affected == null ? "" : " at " + time(affected.alarmed());
        return text(List.of("", "## Added" + at + ": " + transaction + " fails too", ""))
                + text(impact(incident))
                + "\n"
                + text(rows(incident.failures().stream()
                        .filter(seen -> seen.transaction().equals(transaction))
                        .toList()));
    }

    /// What is added when it is over.
    static String recovery(Incident incident) {
        var lines = new ArrayList<String>();
        lines.add("");
        lines.add(
                "## Added at " + incident.recovered().map(IncidentReport::time).orElse("?") + ": recovered");
        lines.add("");
        lines.add("It lasted " + incident.lasted().map(IncidentReport::length).orElse("?")
                + " from the first failure to the recovery.");
        lines.add("");
        lines.addAll(impact(incident));
        lines.add("");
        lines.addAll(timeline(incident));
        lines.add("");
        lines.addAll(failures(incident));
        return text(lines);
    }

    /// What is added when the canary was started again meanwhile.
    static String resumed(Instant now) {
        return text(List.of(
                "",
                "## Added at " + time(now) + ": the canary was started again",
                "",
                "It goes on with this incident. What happened while it did not run is not counted."));
    }

    /// What is added when nobody will see a recovery.
    static String dropped(String names, Instant now) {
        return text(List.of(
                "",
                "## Added at " + time(now) + ": no longer watched",
                "",
                "The canary was started again without " + cell(names) + ". Whether it works is not known."));
    }

    private static List<String> impact(Incident incident) {
        var lines = new ArrayList<String>();
        lines.add("| transaction | failed | of | last success before |");
        lines.add("|---|---:|---:|---|");
        incident.affected()
                .forEach((name, one) -> lines.add("| " + cell(name) + " | " + one.failures() + " | " + one.executions()
                        + " | " + one.lastSuccess().map(IncidentReport::time).orElse("none since the canary began")
                        + " |"));
        return lines;
    }

    private record Event(Instant at, String what) {}

    private static List<String> timeline(Incident incident) {
        var events = new ArrayList<Event>();
        incident.affected().forEach((name, one) -> {
            one.lastSuccess().ifPresent(at -> events.add(new Event(at, name + " succeeds for the last time")));
            events.add(new Event(one.since(), name + " fails for the first time"));
            boolean raised = one.alarmed().equals(incident.raised());
            events.add(new Event(
                    one.alarmed(), raised ? "alarm: " + name + " fails again and again" : name + " joins the alarm"));
        });
        incident.recovered().ifPresent(at -> events.add(new Event(at, "recovered")));
        return events.stream()
                .sorted(java.util.Comparator.comparing(Event::at))
                .map(event -> "- " + time(event.at()) + " " + cell(event.what()))
                .toList();
    }

    private static List<String> failures(Incident incident) {
        var lines = rows(incident.failures());
        long more = incident.failed() - Math.min(ROWS_MAX, incident.failures().size());
        if (more > 0) {
            lines.add("");
            lines.add("and " + more + " failures more");
        }
        return lines;
    }

    private static List<String> rows(List<Observation> failures) {
        var lines = new ArrayList<String>();
        lines.add("| ended | transaction | after | failure | checks | request ids |");
        lines.add("|---|---|---:|---|---|---|");
        failures.stream().limit(ROWS_MAX).forEach(seen -> {
            var outcome = seen.outcome();
            String checks = outcome.checks().stream()
                    .filter(check -> !check.passed())
                    .map(check -> check.name())
                    .distinct()
                    .collect(Collectors.joining(", "));
            lines.add("| " + time(seen.ended()) + " | " + cell(seen.transaction()) + " #" + outcome.number() + " | "
                    + Quantities.time(outcome.took().toNanos()) + " | " + cell(seen.reason()) + " | " + cell(checks)
                    + " | " + cell(String.join(" ", outcome.requestIds())) + " |");
        });
        return lines;
    }

    /// What a table, or a line, can hold.
    private static String cell(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        String safe = line.replace("\\", "\\\\")
                .replace("|", "\\|")
                .replace("<", "&lt;")
                .replace("[", "\\[")
                .replace("!", "\\!")
                .replace("`", "\\`");
        return safe.length() <= 300 ? safe : safe.substring(0, 300) + "...";
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String length(Duration duration) {
        long seconds = duration.toSeconds();
        return seconds < 60
                ? seconds + " s"
                : seconds < 3_600
                        ? String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60)
                        : String.format(Locale.ROOT, "%d h %02d min", seconds / 3_600, seconds / 60 % 60);
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }
}

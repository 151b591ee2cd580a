package io.flywheel.loadtest.report;

import io.flywheel.loadtest.engine.FunctionalRun;
import io.flywheel.loadtest.session.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Results as the XML that JUnit made and continuous integration reads.
public final class JunitXml {
    private JunitXml() {}

    private record Case(String name, double seconds, Optional<String> failure, String text) {}

    /// A case for each transaction.
    ///
    /// @param problems of bundles that were lost and of teardowns: a case of their own, where there are any
    public static String of(String suite, List<FunctionalRun.Outcome> outcomes, List<String> problems) {
        var cases = new ArrayList<Case>();
        for (var outcome : outcomes) {
            var text = new StringBuilder();
            outcome.checks()
                    .forEach(check -> text.append(check.passed() ? "passed: " : "FAILED: ")
                            .append(check.name())
                            .append('\n'));
            if (!outcome.requestIds().isEmpty()) {
                text.append("requests: ")
                        .append(String.join(", ", outcome.requestIds()))
                        .append('\n');
            }
            Optional<String> failure = outcome.starved()
                    ? Optional.of("it had no data or result to work on")
                    : outcome.failure().map(failed -> failed.kind() + ": " + failed.message());
            cases.add(new Case(outcome.transaction(), outcome.took().toNanos() / 1e9, failure, text.toString()));
        }
        if (!problems.isEmpty()) {
            cases.add(new Case("bundles and teardown", 0, Optional.of(String.join("; ", problems)), ""));
        }
        return document(suite, cases);
    }

    /// A case for each threshold, and one for whether the run is valid.
    public static String of(String suite, RunResult result) {
        var cases = new ArrayList<Case>();
        var reasons = result.verdict().reasons();
        cases.add(new Case(
                "the run is valid",
                result.seconds(),
                reasons.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", reasons)),
                ""));
        for (var outcome : result.verdict().outcomes()) {
            cases.add(new Case(
                    outcome.threshold().text(),
                    0,
                    outcome.held() ? Optional.empty() : Optional.of("measured " + outcome.measured()),
                    "measured " + outcome.measured() + "\n"));
        }
        return document(suite, cases);
    }

    private static String document(String suite, List<Case> cases) {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        long failed = cases.stream().filter(one -> one.failure().isPresent()).count();
        xml.append(String.format(
                Locale.ROOT,
                "<testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"0\">%n",
                escaped(suite),
                cases.size(),
                failed));
        for (Case one : cases) {
            xml.append(String.format(
                    Locale.ROOT,
                    "  <testcase classname=\"%s\" name=\"%s\" time=\"%.3f\">%n",
                    escaped(suite),
                    escaped(one.name()),
                    one.seconds()));
            one.failure()
                    .ifPresent(failure -> xml.append("    <failure message=\"")
                            .append(escaped(failure))
                            .append("\"/>\n"));
            if (!one.text().isEmpty()) {
                xml.append("    <system-out>").append(escaped(one.text())).append("</system-out>\n");
            }
            xml.append("  </testcase>\n");
        }
        return xml.append("</testsuite>\n").toString();
    }

    /// XML 1.0 cannot hold most control characters at all.
    static String escaped(String text) {
        var escaped = new StringBuilder();
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\n' -> escaped.append("&#10;");
                default -> {
                    boolean allowed = point == '\t'
                            || (point >= 0x20 && point <= 0xd7ff)
                            || (point >= 0xe000 && point <= 0xfffd)
                            || point >= 0x10000;
                    escaped.appendCodePoint(allowed ? point : 0xfffd);
                }
            }
        });
        return escaped.toString();
    }
}

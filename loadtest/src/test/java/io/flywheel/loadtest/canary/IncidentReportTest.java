package io.flywheel.loadtest.canary;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncidentReportTest {
    private final Seen clock = new Seen();
    private final Alarm alarm = new Alarm(2, 2, 1);

    private Incident raised() {
        alarm.observe(clock.success("put"));
        alarm.observe(clock.after(60).failure("put"));
        return ((Alarm.Change.Raised) alarm.observe(clock.after(60).failure("put"))).incident();
    }

    @Test
    void shouldSayWhatIsKnownAndLeaveTheRestToPeople() {
        var report = IncidentReport.draft(raised(), "http://shop:8080", "2 failures in a row");
        assertThat(report)
                .contains("""
                    # Incident 20261121T100200Z-put: put failed at http://shop:8080
                    """)
                .contains("""
                    - **Began**: 2026-11-21T10:01:00Z (first failure)
                    - **Alarm**: 2026-11-21T10:02:00Z, 1 min 00 s later (2 failures in a row)
                    """)
                .contains("""
                    ## Impact

                    | transaction | failed | of | last success before |
                    |---|---:|---:|---|
                    | put | 2 | 2 | 2026-11-21T10:00:00Z |
                    """)
                .contains("""
                    ## Timeline

                    - 2026-11-21T10:00:00Z put succeeds for the last time
                    - 2026-11-21T10:01:00Z put fails for the first time
                    - 2026-11-21T10:02:00Z alarm: put fails again and again
                    """)
                .contains("| status is 200 | request-1 |", "| status is 200 | request-2 |")
                .contains("""
                    ## Five whys

                    1. Why?\s
                    2. Why?\s
                    3. Why?\s
                    4. Why?\s
                    5. Why?\s
                    """);
    }

    /// Half of a surrogate pair, as a service that counts characters cuts it.
    @Test
    void shouldWriteTextForWhichThereIsNoUtf8(@TempDir Path folder) throws IOException {
        var incidents = new IncidentFolder(folder);
        var incident = raised();
        incidents.add(incident, "cut: \ud83d\n");
        assertThat(incidents.file(incident)).content().isEqualTo("cut: ?\n");
    }

    @Test
    void shouldNotLetMessagesBreakTheTables() {
        assertThat(IncidentReport.draft(raised(), "http://shop:8080", "2 failures in a row"))
                .contains("| 503: SlowDown \\| &lt;again> |");
    }

    /// What a service says is text: nothing is loaded from where it points to.
    @Test
    void shouldNotLetNamesBecomePictures() {
        assertThat(IncidentReport.draft(raised(), "http://shop:8080/![](http://evil/)", "at once"))
                .contains("http://shop:8080/\\!\\[](http://evil/)");
    }

    @Test
    void shouldAddHowItEnded() {
        raised();
        var recovered = (Alarm.Change.Recovered) alarm.observe(clock.after(120).success("put"));
        assertThat(IncidentReport.recovery(recovered.incident()))
                .contains("## Added at 2026-11-21T10:04:00Z: recovered")
                .contains("It lasted 3 min 00 s from the first failure to the recovery.")
                .contains("| put | 2 | 3 |")
                .contains("- 2026-11-21T10:04:00Z recovered");
    }

    @Test
    void shouldAddWhatElseFails() {
        raised();
        alarm.observe(clock.after(1).failure("get"));
        var spread = (Alarm.Change.Spread) alarm.observe(clock.after(1).failure("get"));
        assertThat(IncidentReport.spread(spread.incident(), spread.transaction()))
                .contains("## Added at 2026-11-21T10:02:02Z: get fails too")
                .contains("| get | 2 | 2 | none since the canary began |")
                .contains("| get #4 |")
                .doesNotContain("| put #2 |");
    }
}

package io.flywheel.loadtest.report;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.result.SeriesDelta;
import io.flywheel.loadtest.runfile.RunFile;
import io.flywheel.loadtest.session.LocalRun;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/// The run as it goes: on a terminal one line that is written over, elsewhere a line for each interval.
public final class LiveView implements LocalRun.Watcher {
    private static final int BAR_CELLS = 24;

    /// What does not fit into the terminal's width is cut: a line that goes on in the next cannot be written over.
    private static final String CUT = "\r\u001b[?7l";

    private static final String CUT_NO_MORE = "\u001b[K\u001b[?7h";
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream output;
    private final boolean terminal;
    private Optional<RunFile> file = Optional.empty();
    private volatile boolean shown;

    public LiveView(PrintStream output, boolean terminal) {
        this.output = output;
        this.terminal = terminal;
    }

    @Override
    public void began(RunFile run) {
        file = Optional.of(run);
    }

    @Override
    public void interval(Aggregate soFar, Delta latest, int inFlight) {
        file.ifPresent(run -> show(line(run, latest, inFlight)));
    }

    /// To be called when the run is over: what comes next has a line of its own.
    public void end() {
        if (terminal && shown) {
            shown = false;
            output.println();
        }
    }

    /// To be called before somebody else writes a line meanwhile.
    public void makeRoom() {
        if (terminal && shown) {
            shown = false;
            output.print(CLEAR);
            output.flush();
        }
    }

    private void show(String line) {
        if (!terminal) {
            output.println(line);
            return;
        }
        output.print(CUT + line + CUT_NO_MORE);
        output.flush();
        shown = true;
    }

    static String line(RunFile run, Delta latest, int inFlight) {
        var all = latest.series().entrySet().stream()
                .filter(series -> series.getKey().indexOf('/') < 0)
                .map(java.util.Map.Entry::getValue)
                .reduce(SeriesDelta::plus)
                .orElseGet(SeriesDelta::nothing);
        double seconds = Math.max(1e-9, (latest.toNanos() - latest.fromNanos()) / 1e9);
        long length = run.load().profile().lengthNanos();
        double done = Math.clamp((double) latest.toNanos() / length, 0, 1);
        int cells = (int) Math.round(done * BAR_CELLS);
        boolean open = run.load().model() == LoadPlan.Model.OPEN;
        double wanted = wanted(run, latest, seconds);
        boolean warmup = latest.fromNanos() < run.load().warmup().toNanos();
        return String.format(
                Locale.ROOT,
                "[%s%s] %3.0f%% %7s  %s of %s  p50 %s  p99 %s  max %s  failed %s%s%s  in flight %s",
                "#".repeat(cells),
                "-".repeat(BAR_CELLS - cells),
                done * 100,
                Quantities.time(latest.toNanos() / 1_000_000 * 1_000_000),
                Quantities.rate(all.ended() / seconds),
                open ? Quantities.rate(wanted) : Quantities.number(Math.rint(wanted)) + " users",
                Summary.percentile(all, 50),
                Summary.percentile(all, 99),
                Summary.percentile(all, 100),
                Quantities.count(all.failed()),
                all.dropped() == 0 ? "" : "  dropped " + Quantities.count(all.dropped()),
                warmup ? "  (warm-up)" : "",
                Quantities.count(inFlight));
    }

    /// The mean rate of the interval, or the users at its beginning.
    private static double wanted(RunFile run, Delta latest, double seconds) {
        var profile = run.load().profile();
        return run.load().model() == LoadPlan.Model.OPEN
                ? (profile.arrivalsUntil(latest.toNanos()) - profile.arrivalsUntil(latest.fromNanos())) / seconds
                : profile.rateAt(Math.min(latest.fromNanos(), profile.lengthNanos() - 1));
    }
}

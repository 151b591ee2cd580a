package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.fleet.FromAgent.Stage;
import io.flywheel.loadtest.result.Delta;
import io.flywheel.loadtest.schedule.Span;
import java.util.List;

/// What the controller knows about an agent.
final class Peer {
    final String agent;
    long heardNanos;
    Stage stage = Stage.JOINED;
    private long beatSentNanos = Long.MIN_VALUE;
    String problem = "";
    long runNanos;
    /// The controller may have given it a lease until then.
    long leaseNanos;
    /// Its number in the run; below 0 when it takes no part.
    int process = -1;
    boolean lost;
    String lostWhy = "";
    long received;
    List<Span> spans = List.of();
    long inFlight;
    long ended;
    boolean last;

    Peer(String agent, long nowNanos) {
        this.agent = agent;
        this.heardNanos = nowNanos;
    }

    void hear(FromAgent.Beat beat) {
        if (beat.sentNanos() < beatSentNanos) {
            return;
        }
        beatSentNanos = beat.sentNanos();
        stage = beat.stage();
        problem = beat.problem();
        runNanos = Math.max(runNanos, beat.runNanos());
        // What a controller before this one gave it.
        leaseNanos = Math.max(leaseNanos, beat.leaseNanos());
    }

    void accept(FromAgent.Report report, Delta delta) {
        received = report.sequence() + 1;
        spans = report.spans();
        inFlight = report.inFlight();
        last = report.last();
        for (var series : delta.series().entrySet()) {
            if (series.getKey().indexOf('/') < 0) {
                ended += series.getValue().ended();
            }
        }
    }

    /// Whether nothing more is to be waited for.
    boolean isDone() {
        return lost || (last && (stage == Stage.FINISHED || stage == Stage.FAILED));
    }

    long keptUntilNanos() {
        return spans.isEmpty() ? 0 : spans.getLast().toNanos();
    }
}

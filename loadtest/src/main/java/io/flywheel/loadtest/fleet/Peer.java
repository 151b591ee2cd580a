package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.fleet.FromAgent.Stage;
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
    /// It takes part.
    boolean member;
    /// Its number in the run; below 0 when it was given none.
    int process = -1;
    boolean leaving;
    boolean finished;
    /// It could not go on.
    boolean failed;
    /// It went before the others had ended.
    boolean left;
    Workload.Cleaned cleaned = new Workload.Cleaned(0, 0);
    boolean lost;
    String lostWhy = "";
    long received;
    List<Span> spans = List.of();
    long inFlight;
    boolean last;
    /// It had ended before the run was stopped.
    boolean endedByItself;

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
        leaving |= beat.leaving();
        if (beat.process() >= 0) {
            process = beat.process();
        }
        cleaned = beat.cleaned();
        runNanos = Math.max(runNanos, beat.runNanos());
        // What a controller before this one gave it.
        leaseNanos = Math.max(leaseNanos, beat.leaseNanos());
    }

    void accept(FromAgent.Report report, boolean stopped) {
        received = report.sequence() + 1;
        spans = report.spans();
        inFlight = report.inFlight();
        last = report.last();
        endedByItself = last && !stopped;
    }

    Event.Standing standing() {
        return new Event.Standing(agent, received, spans, inFlight, last, endedByItself);
    }

    void stand(Event.Standing known) {
        received = known.received();
        spans = known.spans();
        inFlight = known.inFlight();
        last = known.last();
        endedByItself = known.endedByItself();
    }

    void finish(Event.Finished said) {
        finished = true;
        problem = said.problem();
        cleaned = said.cleaned();
        left = said.left();
        failed = said.failed();
    }

    /// Whether nothing more is to be waited for.
    boolean isDone() {
        return lost || finished;
    }

    long keptUntilNanos() {
        return spans.isEmpty() ? 0 : spans.getLast().toNanos();
    }
}

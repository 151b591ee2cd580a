package io.flywheel.loadtest.schedule;

import static io.flywheel.base.Check.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The arrivals that one process is to start: those of its share that come while it has a lease. Arrivals that come
/// when the lease has run out are nobody's: they are skipped, not made up for. Any thread may extend the lease and give
/// later shares; one thread goes through the arrivals:
///
/// ```
/// duty.look(elapsed);
/// while (duty.next()) { start(duty.number(), duty.nanos()); }
/// sleepUntil(duty.dueNanos());
/// ```
public final class Duty {
    /// No arrival comes any more; a lease that does not end.
    public static final long NEVER = Long.MAX_VALUE;

    /// What was kept to until now.
    ///
    /// @param started arrivals in the spans
    public record Kept(List<Span> spans, long started) {
        public Kept {
            spans = List.copyOf(spans);
        }
    }

    private record Progress(KeptSpans spans, long started) {}

    private final RateProfile profile;
    private final Arrivals.Spacing spacing;
    private final long seed;
    private final ConcurrentLinkedQueue<Share> given = new ConcurrentLinkedQueue<>();
    private final List<Share> shares = new ArrayList<>();
    private int shareAt;
    private Arrivals arrivals;
    private boolean waiting;
    private boolean taken;
    private long elapsed;
    private long lease;
    private long started;
    /// Of every arrival before it is decided whether this process starts it.
    private long decidedUntil;
    private volatile long leaseUntil;
    private volatile Progress progress = new Progress(KeptSpans.NONE, 0);

    /// @param leaseUntil it has a lease until that moment of the run
    public Duty(RateProfile profile, Arrivals.Spacing spacing, long seed, Share share, long leaseUntil) {
        this.profile = profile;
        this.spacing = spacing;
        this.seed = seed;
        this.leaseUntil = leaseUntil;
        this.lease = leaseUntil;
        this.decidedUntil = share.fromNanos();
        shares.add(share);
        this.arrivals = Arrivals.of(profile, spacing, seed, share);
        this.waiting = arrivals.advance();
    }

    /// From the share's moment on it has this one. In the order of their moments; before the moment, or when the lease
    /// has run out before it. What comes until it is known is skipped.
    public void divideAnew(Share share) {
        given.add(share);
    }

    /// The lease lasts until that moment at least. After the shares that it is for.
    public void extend(long untilNanos) {
        leaseUntil = Math.max(leaseUntil, untilNanos);
    }

    /// Begins to go through what is due.
    ///
    /// @param elapsedNanos the time since the start of the run
    public void look(long elapsedNanos) {
        check(elapsedNanos >= elapsed || elapsed == 0, "time runs forwards");
        elapsed = elapsedNanos;
        // First the lease: the shares that it is for were given before it.
        lease = leaseUntil;
        for (Share share = given.poll(); share != null; share = given.poll()) {
            shares.add(share);
        }
    }

    /// Goes on to the next arrival that is due and to be started; false when there is none.
    public boolean next() {
        if (taken) {
            taken = false;
            waiting = arrivals.advance();
        }
        while (true) {
            changeShare();
            if (!waiting || arrivals.nanos() > elapsed) {
                decide(elapsed + 1);
                return false;
            }
            if (arrivals.nanos() >= decidedUntil && arrivals.nanos() < lease) {
                taken = true;
                started++;
                return true;
            }
            waiting = arrivals.advance();
        }
    }

    /// Ends going through what is due before its end: what comes next is found anew by {@link #look}.
    ///
    /// @return when that is due
    public long pause() {
        if (taken) {
            taken = false;
            waiting = arrivals.advance();
        }
        changeShare();
        decide(waiting ? Math.min(elapsed + 1, arrivals.nanos()) : elapsed + 1);
        return dueNanos();
    }

    public long nanos() {
        return arrivals.nanos();
    }

    public long number() {
        return arrivals.number();
    }

    public Optional<String> transaction() {
        return arrivals.transaction();
    }

    /// Where a trace says what it is: how many of the same came before it in the trace.
    public long occurrence() {
        return arrivals.occurrence();
    }

    /// When something comes next, from the start of the run, or {@link #NEVER}.
    public long dueNanos() {
        if (waiting) {
            return arrivals.nanos();
        }
        if (shareAt + 1 < shares.size()) {
            return shares.get(shareAt + 1).fromNanos();
        }
        // A part of what another one had may yet come.
        return lease == NEVER || decidedUntil > profile.lengthNanos() ? NEVER : profile.lengthNanos();
    }

    /// Any thread.
    public Kept kept() {
        var now = progress;
        return new Kept(now.spans().all(), now.started());
    }

    /// Leaves the old share for the next where the next arrival is no longer the old one's.
    private void changeShare() {
        while (shareAt + 1 < shares.size()) {
            Share later = shares.get(shareAt + 1);
            if (waiting ? arrivals.nanos() < later.fromNanos() : elapsed < later.fromNanos()) {
                return;
            }
            shareAt++;
            arrivals = Arrivals.of(profile, spacing, seed, later);
            waiting = arrivals.advance();
        }
    }

    /// @param until of what comes before it is decided; the end of the run is as far as it goes
    private void decide(long until) {
        boolean nothingMore = !waiting && shareAt + 1 == shares.size() && lease == NEVER;
        // The last arrival may come at the very end.
        long end = profile.lengthNanos() + 1;
        long to = nothingMore ? end : Math.min(until, end);
        var spans = progress.spans().plus(shares, decidedUntil, Math.min(to, lease));
        decidedUntil = Math.max(decidedUntil, to);
        progress = new Progress(spans, started);
    }
}

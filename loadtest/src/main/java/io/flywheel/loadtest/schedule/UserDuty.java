package io.flywheel.loadtest.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The users that one process is to have: its share of them, while it has a lease. Any thread may extend the lease,
/// give later shares and ask; one thread looks some times a second, and what it did not look at for long was not
/// kept to: users of a process that stood still did nothing.
public final class UserDuty {
    /// Who did not look for longer did not keep to it meanwhile.
    static final Duration GAP_MAX = Duration.ofSeconds(1);

    /// What holds from one look to the next.
    private record Terms(List<Share> shares, long leaseUntil) {
        Terms {
            shares = List.copyOf(shares);
        }
    }

    private final RateProfile users;
    private final ConcurrentLinkedQueue<Share> given = new ConcurrentLinkedQueue<>();
    private volatile long leaseUntil;
    private volatile Terms terms;
    private volatile KeptSpans kept = KeptSpans.NONE;
    /// Of every moment before it is decided whether this process had its users.
    private long decidedUntil;

    /// @param users how many at a time, as a profile
    /// @param leaseUntil it has a lease until that moment of the run
    public UserDuty(RateProfile users, Share share, long leaseUntil) {
        this.users = users;
        this.leaseUntil = leaseUntil;
        this.terms = new Terms(List.of(share), leaseUntil);
        this.decidedUntil = share.fromNanos();
    }

    /// From the share's moment on it has this one. In the order of their moments; the lease for the old one ends by
    /// then.
    public void divideAnew(Share share) {
        given.add(share);
    }

    /// The lease lasts until that moment at least. After the shares that it is for.
    public void extend(long untilNanos) {
        leaseUntil = Math.max(leaseUntil, untilNanos);
    }

    /// Decides what was kept to since the last look, by what held since then, and goes on with what was given.
    ///
    /// @param elapsedNanos the time since the start of the run
    public void look(long elapsedNanos) {
        long now = Math.min(elapsedNanos, users.lengthNanos());
        if (now > decidedUntil) {
            if (now - decidedUntil <= GAP_MAX.toNanos()) {
                kept = kept.plus(terms.shares(), decidedUntil, Math.min(now, terms.leaseUntil()));
            }
            decidedUntil = now;
        }
        // First the lease: the shares that it is for were given before it.
        long lease = leaseUntil;
        if (lease != terms.leaseUntil() || !given.isEmpty()) {
            var shares = new ArrayList<>(terms.shares());
            for (Share share = given.poll(); share != null; share = given.poll()) {
                shares.add(share);
            }
            terms = new Terms(shares, lease);
        }
    }

    /// The share of a moment. Any thread.
    public Share shareAt(long elapsedNanos) {
        var shares = terms.shares();
        return shares.get(KeptSpans.indexAt(shares, elapsedNanos));
    }

    /// How many users there are to be at a moment. Any thread.
    public int usersAt(long elapsedNanos) {
        var now = terms;
        if (elapsedNanos < 0 || elapsedNanos >= Math.min(now.leaseUntil(), users.lengthNanos())) {
            return 0;
        }
        Share share = now.shares().get(KeptSpans.indexAt(now.shares(), elapsedNanos));
        return elapsedNanos < share.fromNanos() ? 0 : (int) share.portion(Math.round(users.rateAt(elapsedNanos)));
    }

    public boolean isOver(long elapsedNanos) {
        return elapsedNanos >= users.lengthNanos();
    }

    /// What was kept to until the last look. Any thread.
    public List<Span> kept() {
        return kept.all();
    }
}

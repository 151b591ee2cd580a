package io.flywheel.loadtest.schedule;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was kept to, one span after the other: what follows without a gap under the same share is one span.
///
/// @param open the latest, which may become longer
record KeptSpans(List<Span> closed, @Nullable Span open) {
    static final KeptSpans NONE = new KeptSpans(List.of(), null);

    KeptSpans {
        closed = List.copyOf(closed);
    }

    /// With the time from one moment to another, each part of it under the share of that time.
    ///
    /// @param shares by their moments
    KeptSpans plus(List<Share> shares, long fromNanos, long toNanos) {
        var done = closed;
        Span latest = open;
        for (long from = fromNanos; from < toNanos; ) {
            int at = indexAt(shares, from);
            long until = toNanos;
            if (at + 1 < shares.size()) {
                until = Math.min(until, shares.get(at + 1).fromNanos());
            }
            if (latest != null && latest.share().equals(shares.get(at)) && latest.toNanos() == from) {
                latest = new Span(latest.share(), latest.fromNanos(), until);
            } else {
                done = latest == null ? done : with(done, latest);
                latest = new Span(shares.get(at), from, until);
            }
            from = until;
        }
        return new KeptSpans(done, latest);
    }

    List<Span> all() {
        return open == null ? closed : with(closed, open);
    }

    /// Which of them one has at a moment.
    static int indexAt(List<Share> shares, long nanos) {
        int at = shares.size() - 1;
        while (at > 0 && shares.get(at).fromNanos() > nanos) {
            at--;
        }
        return at;
    }

    private static List<Span> with(List<Span> spans, Span last) {
        var all = new ArrayList<>(spans);
        all.add(last);
        return List.copyOf(all);
    }
}

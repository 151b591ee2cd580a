package io.flywheel.background;

import io.flywheel.base.DiskId;
import io.flywheel.base.ShardId;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shards that reads, scrub and audit found missing or wrong, for {@link Repair}: each once. When there are too many,
/// those that come last are dropped: the next scrub or audit finds them again. Thread-safe; no call waits.
public final class DamageReports {
    private static final Logger LOG = LoggerFactory.getLogger(DamageReports.class);

    static final int REPORTS_MAX = 4096;

    private final ConcurrentSkipListMap<Report, String> reports = new ConcurrentSkipListMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();

    /// What a disk is said to lack.
    record Report(ShardId shard, DiskId disk) implements Comparable<Report> {
        private static final Comparator<Report> ORDER =
                Comparator.comparing(Report::shard).thenComparing(Report::disk);

        @Override
        public int compareTo(Report other) {
            return ORDER.compare(this, other);
        }
    }

    /// @param what is wrong with the shard on this disk, for the log
    public void report(ShardId shard, DiskId disk, String what) {
        if (count.get() >= REPORTS_MAX) {
            dropped.incrementAndGet();
        } else if (reports.putIfAbsent(new Report(shard, disk), what) == null) {
            count.incrementAndGet();
            LOG.warn("{} on disk {} {}", shard, disk, what);
        }
    }

    /// How many wait.
    public int size() {
        return count.get();
    }

    boolean isFull() {
        return count.get() >= REPORTS_MAX;
    }

    /// How many were dropped since the start.
    public long dropped() {
        return dropped.get();
    }

    List<Report> waiting() {
        return List.copyOf(reports.keySet());
    }

    void remove(Report report) {
        if (reports.remove(report) != null) {
            count.decrementAndGet();
        }
    }
}

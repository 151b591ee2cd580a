package io.flywheel.namespace.log;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.log.CommandLog.Appended;
import io.flywheel.namespace.log.LogReader.Common;
import io.flywheel.namespace.log.LogReader.Read;
import io.flywheel.namespace.log.LogRecovery.Recovered;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log on one of its disks, and the task that keeps it at the end: takes each entry from memory, or, where
/// it is behind, from another disk; cuts off what no other has; begins anew behind a checkpoint where what it
/// misses is released.
final class HeldLog {
    private static final Logger LOG = LoggerFactory.getLogger(HeldLog.class);

    private final DiskId id;
    private final Disk disk;
    private final QuorumLog quorum;
    private final Tasks tasks;
    private final Tasks.Mutex writing;

    /// What this process knows to be persistent here from before it was attached again: what is found beyond
    /// may be in memory only, because a flush failed.
    private final long knownBefore;

    /// Whether this process wrote to the disk before it was attached.
    private volatile boolean used;

    /// The calls to try again that were known when this step began.
    private long calls;

    private volatile @Nullable CommandLog log;

    /// Whether the log up to its end is a beginning of that of all.
    private volatile boolean aligned;

    /// The position after the last entry that is here for good and part of the log of all.
    private volatile long persisted;

    /// Whether it was at the end, and nothing is known to have failed since: it is waited for.
    private volatile boolean keepsUp;

    private volatile boolean failed;
    private volatile boolean gone;
    private volatile boolean ended;
    private boolean warned;

    HeldLog(DiskId id, Disk disk, QuorumLog quorum, Optional<CommandLog> opened, long knownBefore) {
        this.id = id;
        this.disk = disk;
        this.quorum = quorum;
        this.tasks = quorum.surroundings().tasks();
        this.writing = tasks.mutex();
        this.log = opened.orElse(null);
        this.keepsUp = opened.isPresent();
        this.knownBefore = knownBefore;
    }

    DiskId id() {
        return id;
    }

    Disk disk() {
        return disk;
    }

    Optional<CommandLog> log() {
        return Optional.ofNullable(log);
    }

    long persisted() {
        return persisted;
    }

    /// Whether it can take part in acknowledging, as far as is known.
    boolean working() {
        return !failed && !gone;
    }

    /// Whether entries wait for it.
    boolean takesPart() {
        return keepsUp && working();
    }

    boolean aligned() {
        return aligned;
    }

    boolean failed() {
        return failed;
    }

    boolean ended() {
        return ended;
    }

    /// Its log is the truth.
    void isTruth(long end) {
        aligned = true;
        persisted = end;
    }

    boolean isGone() {
        return gone;
    }

    void leave() {
        gone = true;
    }

    /// @param before who used the same disk before, and may still be about it
    void start(Optional<HeldLog> before) {
        used = before.isPresent();
        tasks.start("namespace-log-" + id, () -> run(before));
    }

    private void run(Optional<HeldLog> before) {
        try {
            if (!before.map(quorum::awaitEnd).orElse(true)) {
                return;
            }
            while (!gone) {
                calls = quorum.calls();
                step();
                quorum.stepped(this);
            }
        } finally {
            ended = true;
            quorum.changed();
        }
    }

    private void step() {
        CommandLog mine = log;
        if (failed) {
            quorum.pause(this, calls);
            retry();
        } else if (mine == null) {
            open();
        } else if (!aligned) {
            align(mine);
        } else {
            switch (quorum.next(this, mine.nextPosition())) {
                case QuorumLog.Next.Ready(Entry entry) -> writeOrWait(entry);
                case QuorumLog.Next.Behind() -> copy(mine);
                case QuorumLog.Next.Gone() -> {}
            }
        }
    }

    /// A disk that failed is tried again; what it was given since its last good flush is written anew.
    private void retry() {
        CommandLog mine = log;
        writing.lock();
        try {
            if (!gone && mine != null) {
                mine.resume();
            }
            keepsUp = false;
            failed = false;
        } finally {
            writing.unlock();
        }
        quorum.changed();
    }

    private void open() {
        switch (LogRecovery.recover(disk, tasks)) {
            case Recovered.Ready(CommandLog opened)
            when opened.identity() == quorum.identity() -> {
                quorum.surroundings().installer().checkpoint(id).ifPresent(opened::release);
                if (used) {
                    // Half of what failed may lie behind its end.
                    opened.resume();
                }
                log = opened;
            }
            case Recovered.Ready _ -> install("it is the log of another namespace");
            case Recovered.Nothing() -> install("it has none");
            case Recovered.Refused(String why) -> install(why);
        }
    }

    private void align(CommandLog mine) {
        Optional<Boundary> known = LogReader.common(mine, quorum.boundaries(), knownBefore);
        if (known.isPresent()) {
            align(mine, known.get());
            return;
        }
        for (CommandLog source : quorum.sources(this)) {
            switch (LogReader.common(mine, source, knownBefore)) {
                case Common.UpTo(Boundary boundary) -> {
                    align(mine, boundary);
                    return;
                }
                case Common.Nothing() -> {
                    install("it has nothing that the others still hold");
                    return;
                }
                case Common.Unreadable _ -> {}
            }
        }
        quorum.pause(this, calls);
    }

    private void align(CommandLog mine, Boundary boundary) {
        if (boundary.position() < mine.nextPosition()) {
            LOG.info(
                    "the namespace's log on disk {} is cut off at position {}: what follows was not acknowledged",
                    id,
                    boundary.position());
            mine.cut(boundary);
        }
        aligned(mine, boundary.position());
    }

    private void aligned(CommandLog mine, long end) {
        log = mine;
        persisted = end;
        aligned = true;
        keepsUp = keepsUp || quorum.isNear(end);
        quorum.changed();
    }

    /// Takes what it misses from another disk.
    private void copy(CommandLog mine) {
        boolean released = false;
        for (CommandLog source : quorum.sources(this)) {
            long from = mine.nextPosition();
            if (source.nextPosition() <= from) {
                continue;
            }
            Read read = LogReader.read(source, from, entry -> write(entry) == Appended.DONE && !gone);
            released |= read instanceof Read.Released;
            if (mine.nextPosition() > from || failed || gone) {
                return;
            }
        }
        if (released) {
            install("it ends before what the others still hold");
        } else {
            quorum.pause(this, calls);
        }
    }

    /// Puts a checkpoint on the disk and begins the log behind it. At least the last entry is copied, so that
    /// this log says by itself how far it goes.
    private void install(String why) {
        if (!warned) {
            LOG.info("disk {} gets the namespace's log and a checkpoint: {}", id, why);
            warned = true;
        }
        OptionalLong position = quorum.surroundings().installer().install(id, quorum.whole(this));
        if (position.isEmpty() || gone) {
            quorum.pause(this, calls);
            return;
        }
        for (CommandLog source : quorum.sources(this)) {
            long from = Math.min(position.getAsLong() + 1, source.nextPosition() - 1);
            CommandLog mine = log;
            if (mine == null) {
                int turn = LogRecovery.erase(disk);
                if (turn < 0) {
                    failed = true;
                    return;
                }
                mine = new CommandLog(disk, tasks, LogEnd.none(quorum.identity(), turn));
            }
            CommandLog begun = mine;
            long[] first = {-1};
            LogReader.read(source, from, entry -> {
                if (first[0] < 0) {
                    first[0] = entry.first();
                    aligned = false;
                    begun.restart(new Boundary(entry.first(), entry.chain()));
                    persisted = 0;
                    log = begun;
                }
                return write(entry) == Appended.DONE && !gone;
            });
            if (first[0] >= 0) {
                aligned(begun, begun.nextPosition() > first[0] ? begun.nextPosition() : 0);
                return;
            }
        }
        quorum.pause(this, calls);
    }

    private void writeOrWait(Entry entry) {
        Appended appended = write(entry);
        if (appended == Appended.WAIT || appended == Appended.FULL) {
            // A newer checkpoint lets the log be released here too.
            OptionalLong position = quorum.surroundings().installer().install(id, quorum.whole(this));
            position.ifPresent(at -> log().ifPresent(mine -> mine.release(at)));
            if (write(entry) != Appended.DONE && !failed) {
                quorum.pause(this, calls);
            }
        }
    }

    /// Writes the entry, unless it is there already.
    Appended write(Entry entry) {
        writing.lock();
        try {
            CommandLog mine = log;
            if (mine == null || gone || failed) {
                return Appended.FAILED;
            }
            Appended appended = mine.nextPosition() == entry.first() ? mine.append(entry) : CommandLog.Appended.DONE;
            switch (appended) {
                case DONE -> {
                    persisted = Math.max(persisted, mine.nextPosition());
                    keepsUp = keepsUp || (aligned && quorum.isNear(persisted));
                }
                case WAIT, FULL -> {}
                case FAILED -> {
                    LOG.warn("disk {} cannot write the namespace's log", id);
                    failed = true;
                }
            }
            return appended;
        } finally {
            writing.unlock();
            quorum.written(this);
        }
    }

    /// Makes room for an entry where it can.
    Appended room(Entry entry) {
        writing.lock();
        try {
            CommandLog mine = log;
            if (mine == null || !working()) {
                return Appended.FAILED;
            }
            Appended room = mine.room(entry.payload().length, entry.urgent());
            failed |= room == Appended.FAILED;
            return room;
        } finally {
            writing.unlock();
        }
    }
}

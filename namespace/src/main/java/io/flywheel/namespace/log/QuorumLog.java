package io.flywheel.namespace.log;

import static io.flywheel.base.Check.checkState;

import io.flywheel.base.Clock;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Tasks;
import io.flywheel.namespace.fleet.Quorum;
import io.flywheel.namespace.log.CommandLog.Appended;
import io.flywheel.namespace.record.MalformedRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The log of command batches on several disks: what a majority of its holders has is acknowledged, and found
/// again by every later start that finds a majority. Of an even number one half is enough where the others are missing,
/// fail, or come back and have not caught up (see {@link Quorum}).
///
/// It is the log of Raft (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", 2014)
/// with one writer whose turn is decided elsewhere: each start of the process is a life, whose number rises,
/// and which disks hold the log is said by the fleet map, that is linearizable (as the configuration master of
/// Lamport, Malkhi and Zhou, "Vertical Paxos and Primary-Backup Replication", 2009). A start
///
/// - takes the log whose last entry has the latest life, and of those the longest: any two majorities share a
///   disk, and an entry that a majority has is in every log that later lives wrote to;
/// - brings the other disks to that state: what they have beyond was never acknowledged and is cut off;
/// - appends an entry of its own life and waits until a majority has it. Only then is anything answered: what
///   an earlier life had left on a minority now has either become acknowledged, or loses against this life for
///   ever.
///
/// An entry that does not reach a majority stays: it is acknowledged as soon as enough disks are back, and
/// whoever asked is told meanwhile that the outcome is not known.
///
/// One task appends; the rest is thread-safe. Where the log has one disk, who appends writes to it itself.
public final class QuorumLog {
    static final Duration RETRY = Duration.ofSeconds(5);

    /// What is kept in memory for disks that are a little behind; who is further behind reads from another
    /// disk.
    private static final int TAIL_BYTES_MAX = 8 << 20;

    private static final int TAIL_ENTRIES_MAX = 256;

    /// What an append came to.
    public enum Outcome {
        DONE,
        /// Nothing was written: all extents hold what is not released yet.
        WAIT,
        /// Nothing was written: too many disks are full, but for what is kept back.
        FULL,
        /// Nothing was written: too many disks are missing.
        REFUSED,
        /// It was written, and it is not known to be on a majority: see {@link #settle}.
        UNSETTLED
    }

    /// How a disk that holds the log stands.
    public enum State {
        IN_SYNC,
        BEHIND,
        FAILED,
        ABSENT
    }

    /// Knows the checkpoints that the disks have, and puts one on a disk.
    public interface Installer {
        /// The position up to which the disk has everything by its checkpoint, for good; empty when it has none.
        OptionalLong checkpoint(DiskId disk);

        /// @param whole disks that have a checkpoint and the log from there to the end
        /// @return the position up to which the disk now has everything by that checkpoint, and for good; empty
        ///     when there is none or the disk fails
        OptionalLong install(DiskId disk, List<DiskId> whole);
    }

    /// Takes what is read.
    public interface Replay {
        /// @throws MalformedRecord when a command is none that this release knows
        void batch(long firstPosition, List<byte[]> commands) throws MalformedRecord;
    }

    /// What a disk's task does next.
    sealed interface Next {
        record Ready(Entry entry) implements Next {}

        record Behind() implements Next {}

        record Gone() implements Next {}
    }

    /// What the log needs of its surroundings.
    ///
    /// @param patience how long an append waits for disks that may yet answer
    public record Surroundings(Tasks tasks, Clock clock, Duration patience, Installer installer) {}

    private final Surroundings surroundings;
    private final Tasks.Mutex mutex;
    private final Tasks.Condition changed;
    private final long identity;
    private final long life;

    /// Published whole, so that a write of the one disk there is needs no lock to see who takes part.
    private volatile SortedMap<DiskId, HeldLog> disks = new TreeMap<>();

    private volatile List<Quorum> quorums;
    private final TreeMap<Long, Entry> tail = new TreeMap<>();
    private long tailBytes;

    /// Up to where each disk that is not there had the log for good when it was.
    private final Map<DiskId, Long> remembered = new TreeMap<>();

    /// Those that were detached last: a call of theirs may be under way.
    private final Map<DiskId, HeldLog> left = new TreeMap<>();

    private volatile long nextPosition;
    private int link;
    private boolean unsettled;
    private volatile boolean closed;
    private volatile Runnable watcher = () -> {};

    /// How often those that wait to try again were called.
    private final AtomicLong calls = new AtomicLong();

    QuorumLog(Surroundings surroundings, long identity, long life, Boundary end, List<DiskId> holders) {
        this.surroundings = surroundings;
        this.mutex = surroundings.tasks().mutex();
        this.changed = mutex.condition();
        this.identity = identity;
        this.life = life;
        this.nextPosition = end.position();
        this.link = end.link();
        this.quorums = List.of(Quorum.majority(holders));
    }

    /// Names this log; never 0.
    public long identity() {
        return identity;
    }

    /// The position that the next command gets.
    public long nextPosition() {
        return nextPosition;
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /// The most bytes that the encoded commands of one append may have.
    public int batchBytesMax() {
        return disks.values().stream()
                .flatMap(held -> held.log().stream())
                .mapToInt(CommandLog::batchBytesMax)
                .min()
                .orElse(Frame.PAYLOAD_BYTES_MAX / 2);
    }

    /// Appends the commands at {@link #nextPosition} and after it in one step.
    ///
    /// @param urgent whether it may take the space that is kept back
    public Outcome append(List<byte[]> commands, boolean urgent) {
        checkState(!unsettled, "what was appended before is settled");
        Entry entry = Entry.of(identity, life, nextPosition, link, commands, urgent);
        Outcome room = room(entry);
        if (room != Outcome.DONE) {
            return room;
        }
        Map<DiskId, HeldLog> all = disks;
        publish(entry, all.size() > 1);
        if (all.size() == 1) {
            all.values().forEach(held -> held.write(entry));
            unsettled = !reached(entry.end());
        } else {
            unsettled = !await(() -> reached(entry.end()), surroundings.patience(), true);
        }
        return unsettled ? Outcome.UNSETTLED : Outcome.DONE;
    }

    /// Whether enough disks can take the entry.
    private Outcome room(Entry entry) {
        if (!await(this::ready, surroundings.patience(), true)) {
            return Outcome.REFUSED;
        }
        List<HeldLog> working = ready(disks);
        if (disks.size() == 1) {
            return switch (working.getFirst().room(entry)) {
                case DONE -> Outcome.DONE;
                case WAIT -> Outcome.WAIT;
                case FULL -> Outcome.FULL;
                case FAILED -> Outcome.REFUSED;
            };
        }
        Set<DiskId> able = new TreeSet<>();
        for (HeldLog held : working) {
            if (held.log().orElseThrow().hasRoom(entry.payload().length, entry.urgent())) {
                able.add(held.id());
            }
        }
        boolean releasable = false;
        for (HeldLog held : working) {
            if (enough(able)) {
                return Outcome.DONE;
            }
            // One that is behind is busy, and may be for long.
            if (!able.contains(held.id()) && held.persisted() == nextPosition) {
                Appended made = held.room(entry);
                if (made == Appended.DONE) {
                    able.add(held.id());
                }
            }
            releasable |= held.log().orElseThrow().mayRelease();
        }
        return enough(able) ? Outcome.DONE : releasable ? Outcome.WAIT : Outcome.FULL;
    }

    /// Those that can take part now.
    private static List<HeldLog> ready(Map<DiskId, HeldLog> all) {
        return all.values().stream()
                .filter(held -> held.working() && held.aligned())
                .toList();
    }

    private boolean ready() {
        return enough(ids(ready(disks)));
    }

    private void publish(Entry entry, boolean wake) {
        mutex.lock();
        try {
            tail.put(entry.first(), entry);
            tailBytes += entry.payload().length;
            while (tail.size() > 1 && (tail.size() > TAIL_ENTRIES_MAX || tailBytes > TAIL_BYTES_MAX)) {
                tailBytes -= tail.pollFirstEntry().getValue().payload().length;
            }
            link = entry.link();
            nextPosition = entry.end();
            if (wake) {
                changed.signalAll();
            }
        } finally {
            mutex.unlock();
        }
    }

    /// Waits until all that was appended is acknowledged; false when that takes longer, or the log was closed.
    public boolean settle(Duration atMost) {
        long end = nextPosition;
        unsettled = !await(() -> reached(end), atMost, false);
        return !unsettled;
    }

    /// Waits until what was appended before this call is acknowledged by those that are required now.
    public boolean caughtUp(Duration atMost) {
        long end = nextPosition;
        return await(() -> reached(end), atMost, false);
    }

    /// @param whilePossible whether to give up when too few disks work
    private boolean await(BooleanSupplier condition, Duration atMost, boolean whilePossible) {
        if (condition.getAsBoolean()) {
            return true;
        }
        long deadline = surroundings.clock().monotonicNanos() + atMost.toNanos();
        mutex.lock();
        try {
            while (!condition.getAsBoolean()) {
                long left = deadline - surroundings.clock().monotonicNanos();
                if (closed || left <= 0 || (whilePossible && !reachable())) {
                    return false;
                }
                changed.await(Duration.ofNanos(left));
            }
            return true;
        } finally {
            mutex.unlock();
        }
    }

    private boolean reached(long position) {
        Map<DiskId, HeldLog> all = disks;
        if (all.size() == 1 && quorums.size() == 1) {
            HeldLog held = all.values().iterator().next();
            return held.aligned() && held.persisted() >= position && enough(Collections.singleton(held.id()));
        }
        return enough(ids(all.values().stream()
                .filter(held -> held.aligned() && held.persisted() >= position)
                .toList()));
    }

    /// Whether it is enough that these have something, or can take it: a majority, unless so few take part.
    private boolean enough(Set<DiskId> some) {
        return Quorum.reached(quorums, some)
                || Quorum.reached(
                        quorums,
                        some,
                        ids(disks.values().stream().filter(HeldLog::takesPart).toList()));
    }

    private boolean reachable() {
        return Quorum.reachable(
                quorums, ids(disks.values().stream().filter(HeldLog::working).toList()));
    }

    private static Set<DiskId> ids(List<HeldLog> some) {
        Set<DiskId> ids = new TreeSet<>();
        some.forEach(held -> ids.add(held.id()));
        return ids;
    }

    /// Lets the disk hold the log, which it need not have yet. It counts when it is one of the holders.
    public void attach(DiskId id, Disk disk) {
        attach(id, disk, Optional.empty(), false);
    }

    /// @param truth whether its log is that of all, up to its end
    void attach(DiskId id, Disk disk, Optional<CommandLog> opened, boolean truth) {
        mutex.lock();
        try {
            checkState(!disks.containsKey(id), "a disk is attached once");
            Optional<HeldLog> before = Optional.ofNullable(left.remove(id))
                    .filter(old -> old.disk().equals(disk));
            HeldLog held = new HeldLog(id, disk, this, opened, remembered.getOrDefault(id, Long.MAX_VALUE));
            if (truth) {
                held.isTruth(nextPosition);
            }
            SortedMap<DiskId, HeldLog> more = new TreeMap<>(disks);
            more.put(id, held);
            disks = more;
            held.start(before);
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    /// Does without the disk: nothing more is asked of it once a call that is under way has returned.
    public void detach(DiskId id) {
        mutex.lock();
        try {
            HeldLog held = disks.get(id);
            if (held == null) {
                return;
            }
            held.leave();
            left.put(id, held);
            if (held.aligned()) {
                remembered.put(id, held.persisted());
            }
            SortedMap<DiskId, HeldLog> fewer = new TreeMap<>(disks);
            fewer.remove(id);
            disks = fewer;
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    /// From now on an entry is acknowledged when enough of each of these have it.
    public void require(List<List<DiskId>> holders) {
        mutex.lock();
        try {
            quorums = holders.stream().map(Quorum::majority).toList();
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    /// From now on the watcher is called when a disk has failed, and when one that does not count yet is in sync:
    /// by the task of that disk, which it must not hold up.
    public void watch(Runnable by) {
        watcher = by;
    }

    public State state(DiskId id) {
        HeldLog held = disks.get(id);
        if (held == null) {
            return State.ABSENT;
        }
        if (held.failed()) {
            return State.FAILED;
        }
        // The last entry may be on its way.
        return held.aligned() && isNear(held.persisted()) ? State.IN_SYNC : State.BEHIND;
    }

    /// Whether what comes after the position is in memory.
    boolean isNear(long position) {
        return position >= nextPosition || inTail(position);
    }

    private boolean inTail(long position) {
        mutex.lock();
        try {
            return tail.containsKey(position);
        } finally {
            mutex.unlock();
        }
    }

    /// Grows as long as any disk comes nearer to the end.
    long progress() {
        return disks.values().stream()
                .flatMap(held -> held.log().stream().map(log -> (held.aligned() ? 1 : 0) + log.nextPosition()))
                .mapToLong(Long::longValue)
                .sum();
    }

    /// Up to where the disk has the log for good.
    public long persisted(DiskId id) {
        HeldLog held = disks.get(id);
        return held != null && held.aligned() ? held.persisted() : 0;
    }

    /// Reads what comes after position {@code applied}, up to {@code end}, which is acknowledged, from
    /// whichever disks can give it. Returns why the next entry cannot be had, or nothing.
    public Optional<String> replay(long applied, long end, Replay replay) {
        long[] next = {applied + 1};
        List<String> why = new ArrayList<>();
        if (next[0] > end) {
            return Optional.of("the log ends at position " + (end - 1) + ", before the tables' position " + applied);
        }
        boolean more = true;
        while (next[0] < end && more) {
            more = false;
            why.clear();
            for (CommandLog source : sources(null)) {
                long from = next[0];
                LogReader.Read read = LogReader.read(source, from, entry -> {
                    if (entry.first() >= end) {
                        return false;
                    }
                    List<byte[]> commands = entry.commands();
                    int known = (int) Math.max(0, next[0] - entry.first());
                    replay.batch(next[0], commands.subList(known, commands.size()));
                    next[0] = entry.end();
                    return true;
                });
                more |= next[0] > from;
                switch (read) {
                    case LogReader.Read.Done() -> {}
                    case LogReader.Read.Released(long first) ->
                        why.add("the log begins at position " + first + ", the tables end at position "
                                + (next[0] - 1));
                    case LogReader.Read.Damaged(String damage) -> why.add(damage);
                }
            }
        }
        return next[0] >= end ? Optional.empty() : Optional.of(String.join("; ", why));
    }

    /// What was appended up to {@code position} is not needed any more on that disk: it has it otherwise.
    public void release(DiskId id, long position) {
        HeldLog held = disks.get(id);
        if (held != null && held.aligned()) {
            held.log().ifPresent(log -> log.release(position));
            changed();
        }
    }

    /// Extents that hold what is not released, of all there are: on the disk where it is the most.
    public double fill() {
        return disks.values().stream()
                .flatMap(held -> held.log().stream())
                .mapToDouble(CommandLog::fill)
                .max()
                .orElse(0);
    }

    /// Bytes that the file systems could still give, on as many disks as are needed. Where too few work it is not for
    /// lack of space that nothing can be written.
    public long freeBytes() {
        if (disks.size() == 1) {
            return disks.values().iterator().next().disk().freeBytes();
        }
        long least = Long.MAX_VALUE;
        for (Quorum quorum : quorums) {
            List<Long> free = quorum.disks().stream()
                    .flatMap(id -> Optional.ofNullable(disks.get(id)).stream())
                    .filter(HeldLog::working)
                    .map(held -> held.disk().freeBytes())
                    .sorted()
                    .toList();
            if (free.size() >= quorum.atLeast()) {
                least = Math.min(least, free.get(free.size() - Math.min(free.size(), quorum.needed())));
            }
        }
        return least;
    }

    /// Makes the next extents real ahead of their use, off the path of an append.
    public void prepareAhead() {
        disks.values().stream()
                .filter(HeldLog::working)
                .flatMap(held -> held.log().stream())
                .forEach(CommandLog::prepareAhead);
    }

    // For the tasks of the disks.

    /// Waits for what follows {@code position}.
    Next next(HeldLog held, long position) {
        mutex.lock();
        try {
            while (held.working() && !closed && position >= nextPosition) {
                changed.await();
            }
            if (!held.working() || closed) {
                return new Next.Gone();
            }
            Entry entry = tail.get(position);
            return entry == null ? new Next.Behind() : new Next.Ready(entry);
        } finally {
            mutex.unlock();
        }
    }

    /// Waits so long, or until the disk is given up, or whoever waits has been called since {@code calls}.
    void pause(HeldLog held, long calls) {
        await(() -> held.isGone() || this.calls.get() != calls, RETRY, false);
    }

    /// Until the disk's calls of before are done; false when this is closed first.
    boolean awaitEnd(HeldLog before) {
        while (!closed && !before.ended()) {
            await(before::ended, RETRY, false);
        }
        return before.ended();
    }

    long calls() {
        return calls.get();
    }

    /// What disks lack may be had now: those that wait to try again do so.
    public void callAgain() {
        mutex.lock();
        try {
            calls.incrementAndGet();
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    void changed() {
        mutex.lock();
        try {
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    /// The disk's task did something.
    void stepped(HeldLog held) {
        boolean joining = quorums.stream().noneMatch(each -> each.disks().contains(held.id()));
        if (held.failed() || (joining && state(held.id()) == State.IN_SYNC)) {
            watcher.run();
        }
    }

    void written(HeldLog held) {
        if (disks.size() != 1 || held.failed()) {
            changed();
        }
    }

    /// The disks that have all.
    List<DiskId> whole(HeldLog beside) {
        return disks.values().stream()
                .filter(held -> held != beside && held.aligned() && held.working())
                .map(HeldLog::id)
                .toList();
    }

    /// The logs of which all others are beginnings, but {@code beside}.
    List<CommandLog> sources(@Nullable HeldLog beside) {
        return disks.values().stream()
                .filter(held -> held != beside && held.aligned() && held.working())
                .flatMap(held -> held.log().stream())
                .toList();
    }

    /// The links at those boundaries of entries that memory knows.
    NavigableMap<Long, Integer> boundaries() {
        mutex.lock();
        try {
            TreeMap<Long, Integer> links = new TreeMap<>();
            tail.values().forEach(entry -> {
                links.put(entry.first(), entry.chain());
                links.put(entry.end(), entry.link());
            });
            links.put(nextPosition, link);
            return links;
        } finally {
            mutex.unlock();
        }
    }

    /// Ends the tasks; those that hang in a call of a disk are left behind.
    public void close() {
        mutex.lock();
        try {
            closed = true;
            disks.values().forEach(HeldLog::leave);
            changed.signalAll();
            boolean inTime = true;
            while (inTime && !disks.values().stream().allMatch(HeldLog::ended)) {
                inTime = changed.await(Duration.ofSeconds(5));
            }
        } finally {
            mutex.unlock();
        }
    }
}

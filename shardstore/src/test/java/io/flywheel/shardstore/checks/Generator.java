package io.flywheel.shardstore.checks;

import static io.flywheel.base.Check.check;

import io.flywheel.base.simulated.Schedule;
import io.flywheel.base.simulated.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Draws histories from seeds. Each profile has its own mix of operations, biased to where things happen: sizes at
/// boundaries, keys that are there, deletes that make garbage, crashes in the middle of writes.
final class Generator {
    /// What a history is about.
    enum Profile {
        /// One caller, orderly restarts.
        EQUIVALENCE,
        /// One caller or several, crashes at any point and during recovery.
        CRASHES,
        /// Disks that fail, lie and fill up.
        FAULTS,
        /// Callers beside each other.
        INTERLEAVINGS,
        /// Callers beside each other when the power goes off.
        INTERLEAVED_CRASHES,
        /// Disks that are filled to the brim and lose their power again and again while they make room.
        FULL_DISKS
    }

    /// Enough to fill any of the small disks with values of a sector.
    private static final int FILL_PUTS = 600;

    private final SeededRandom random;
    private final Shape shape;
    private final Profile profile;
    private int nextKey;
    private boolean lied;
    /// Large values that come and go, so that extents are used again and again.
    private boolean churns;
    /// Many small values, so that the index has several levels.
    private boolean small;

    private Generator(Profile profile, long seed) {
        this.random = new SeededRandom(seed * 31 + profile.name().hashCode());
        this.profile = profile;
        this.shape = shape();
    }

    static History draw(Profile profile, long seed) {
        return new Generator(profile, seed).history();
    }

    private Shape shape() {
        int kind = random.nextInt(64);
        if (profile == Profile.FULL_DISKS) {
            return kind < 24 ? Shape.ROOMY : drawn(kind, 36, 44, 44, 50, 64);
        }
        return kind == 63 ? Shape.DEFAULT : kind > 55 ? Shape.SECTORS : drawn(kind, 20, 32, 38, 44, 56);
    }

    private static Shape drawn(int kind, int tiny, int cramped, int laziest, int lazy, int narrow) {
        check(kind < narrow, "kind");
        return kind < tiny
                ? Shape.TINY
                : kind < cramped
                        ? Shape.CRAMPED
                        : kind < laziest ? Shape.LAZIEST : kind < lazy ? Shape.LAZY : Shape.NARROW;
    }

    private boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    private History history() {
        var ops = new ArrayList<Op>();
        small = profile != Profile.FULL_DISKS && oneIn(6);
        // Every operation of these costs a comparison of everything.
        int seldom = profile == Profile.EQUIVALENCE ? 4 : 1;
        churns = !small && oneIn(seldom * (shape.isSmall() ? 3 : 8));
        int length = small || churns ? 40 + random.nextInt(120) : 8 + random.nextInt(oneIn(4) ? 50 : 20);
        if (shape == Shape.NARROW && oneIn(2)) {
            ops.add(new Op.Space(9 + random.nextInt(4)));
        }
        if (profile == Profile.FULL_DISKS) {
            fullDisk(ops);
        }
        while (ops.size() < length) {
            ops.add(op());
        }
        return new History(new Config(shape, schedule(), random.nextInt(1 << 16)), ops);
    }

    private Schedule schedule() {
        return switch (profile) {
            case EQUIVALENCE -> new Schedule.InTurn();
            case CRASHES, FAULTS, FULL_DISKS -> oneIn(4) ? new Schedule.Seldom(4) : new Schedule.InTurn();
            case INTERLEAVINGS, INTERLEAVED_CRASHES ->
                switch (random.nextInt(4)) {
                    case 0 -> new Schedule.Uniform();
                    case 1 -> new Schedule.Seldom(8);
                    default -> new Schedule.Priorities(1 + random.nextInt(4), 200 << random.nextInt(4));
                };
        };
    }

    private Op op() {
        int kind = random.nextInt(32);
        return switch (profile) {
            case EQUIVALENCE -> kind == 0 ? new Op.CleanRestart() : call();
            case CRASHES -> kind < 4 ? powerOff() : kind == 4 ? new Op.CleanRestart() : call();
            case FAULTS -> kind < 2 ? fault() : kind == 2 ? powerOff() : kind < 5 ? new Op.CleanRestart() : call();
            case INTERLEAVINGS -> kind < 6 ? together() : kind == 6 ? new Op.CleanRestart() : call();
            case FULL_DISKS -> kind < 4 ? powerOff() : call();
            case INTERLEAVED_CRASHES ->
                kind < 6 ? together() : kind < 9 ? powerOff() : kind == 9 ? new Op.CleanRestart() : call();
        };
    }

    /// Fills the disk, then lets the power go off again and again while deletes and reclamation make room; at the end
    /// all of it must come back.
    private void fullDisk(List<Op> ops) {
        ops.add(fill());
        int rounds = 2 + random.nextInt(16);
        for (int round = 0; round < rounds; round++) {
            int kind = random.nextInt(16);
            ops.add(
                    switch (kind) {
                        case 0, 1 -> fill();
                        case 2, 3 -> new Op.DeleteAll(several(this::key));
                        case 4, 5 -> new Op.Delete(key());
                        case 6, 7, 8 -> new Op.Reclaim(1 + random.nextInt(8));
                        case 9 -> oneIn(2) ? new Op.Flush() : new Op.Settle();
                        case 10 -> oneIn(2) ? new Op.CleanRestart() : after();
                        case 11, 12 -> new Op.PowerOffAfter(random.nextInt(4 << random.nextInt(5)), survivors());
                        default -> crashes(12);
                    });
        }
        ops.add(new Op.Regain());
    }

    private Op.Fill fill() {
        int key = nextKey;
        nextKey += FILL_PUTS;
        return new Op.Fill(key, FILL_PUTS, Math.max(size(), shape.fillBytesMin()));
    }

    private Op.Crash crashes(int most) {
        var duringRecovery = new ArrayList<Integer>();
        int changes = 4 << random.nextInt(5);
        for (int count = random.nextInt(most + 1); count > 0; count--) {
            duringRecovery.add(random.nextInt(changes));
        }
        return new Op.Crash(survivors(), duringRecovery);
    }

    private Op powerOff() {
        if (oneIn(2)) {
            return new Op.PowerOffAfter(random.nextInt(8 << random.nextInt(4)), survivors());
        }
        var duringRecovery = new ArrayList<Integer>();
        while (oneIn(4)) {
            duringRecovery.add(random.nextInt(10));
        }
        return new Op.Crash(survivors(), duringRecovery);
    }

    private Survivors survivors() {
        var kinds = Survivors.Kind.values();
        return new Survivors(kinds[random.nextInt(kinds.length)], random.nextInt(1 << 16));
    }

    /// At most one that nobody is told of: against two the disk's two superblocks, for example, are no help.
    private Op fault() {
        int kind = random.nextInt(8);
        if (kind == 0) {
            return new Op.Space(random.nextInt(3));
        }
        if (kind < 4 && !lied) {
            lied = true;
            return oneIn(2) ? new Op.Flip(random.nextInt(1 << 20), random.nextInt(8)) : strike(true);
        }
        return strike(false);
    }

    private Op strike(boolean silently) {
        var faults = Stream.of(Op.Fault.values())
                .filter(fault -> fault.isSilent() == silently)
                .toList();
        return new Op.Strike(faults.get(random.nextInt(faults.size())));
    }

    private Op together() {
        var callers = new ArrayList<List<Op.Call>>();
        int count = 2 + random.nextInt(2);
        for (int caller = 0; caller < count; caller++) {
            var calls = new ArrayList<Op.Call>();
            int length = 1 + random.nextInt(4);
            for (int index = 0; index < length; index++) {
                calls.add(call());
            }
            callers.add(calls);
        }
        if (oneIn(16)) {
            callers.add(List.of(new Op.Close()));
        }
        return new Op.Together(callers);
    }

    private Op.Call call() {
        if (churns && oneIn(2)) {
            return churn();
        }
        int kind = random.nextInt(40);
        if (kind < 10 || (small && kind < 14)) {
            return put();
        }
        if (kind < 13) {
            return stream();
        }
        return switch (kind) {
            case 13, 14, 15, 16, 17, 18, 19 -> new Op.Delete(key());
            case 20, 21 -> new Op.Get(key(), oneIn(2) ? 0 : random.nextInt(1 << 12), oneIn(2) ? 1 << 20 : size());
            case 22, 23 -> new Op.Locate(key());
            case 24, 25 -> new Op.ReadLocated(random.nextInt(1 << 12), 1 << 20);
            case 26 -> new Op.Length(key());
            case 27, 28 -> new Op.Listing(key(), oneIn(2) ? 1 << 20 : 1 + random.nextInt(4));
            case 29 -> new Op.Flush();
            case 30 -> new Op.Await();
            case 31, 32 -> after();
            case 33 -> new Op.PutAll(several(this::put));
            case 34 -> new Op.DeleteAll(several(this::key));
            default -> new Op.Reclaim(1 + random.nextInt(4));
        };
    }

    private Op.Call churn() {
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                new Op.Put(nextKey++, 1 + random.nextInt((int) shape.geometry().extentBytes() / 4));
            case 2, 3 -> new Op.Delete(key());
            case 4 -> new Op.Locate(key());
            case 5 -> new Op.ReadLocated(random.nextInt(1 << 12), 1 << 20);
            default -> new Op.Reclaim(1 + random.nextInt(8));
        };
    }

    private Op.Put put() {
        return new Op.Put(nextKey++, size());
    }

    private <T> List<T> several(Supplier<T> one) {
        return Stream.generate(one).limit(1 + random.nextInt(small ? 8 : 4)).toList();
    }

    /// Mostly after one or two of the writes before, sometimes after a promise of somebody else, which is mostly kept.
    private Op.Call after() {
        var write = switch (random.nextInt(4)) {
            case 0 -> stream();
            case 1 -> new Op.Delete(key());
            default -> put();
        };
        var writes = oneIn(4) ? List.<Integer>of() : several(() -> random.nextInt(4));
        var promises = oneIn(3) ? List.of(new Op.Promise(random.nextInt(20), !oneIn(4))) : List.<Op.Promise>of();
        return new Op.After(writes, promises, write);
    }

    private Op.PutStream stream() {
        var appends = new ArrayList<Integer>();
        do {
            appends.add(size());
        } while (appends.size() < 4 && oneIn(2));
        return new Op.PutStream(nextKey++, !oneIn(8), appends);
    }

    /// Mostly a key that was put, recent ones more often.
    private int key() {
        if (nextKey == 0 || oneIn(16)) {
            return nextKey;
        }
        return oneIn(2) ? random.nextInt(nextKey) : Math.max(0, nextKey - 1 - random.nextInt(4));
    }

    private int size() {
        if (small) {
            return 1 + random.nextInt(40);
        }
        int kind = random.nextInt(8);
        if (kind < 4) {
            return 1 + random.nextInt(shape.options().pieceBytes());
        }
        if (kind < 6) {
            return 1 + random.nextInt(6 * shape.options().pieceBytes());
        }
        var boundaries = shape.boundaries();
        int size = boundaries[random.nextInt(boundaries.length)] + random.nextInt(3) - 1;
        return Math.max(1, size);
    }
}

package io.flywheel.shardstore.checks;

import io.flywheel.base.simulated.Schedule;
import io.flywheel.base.simulated.SeededRandom;
import java.util.ArrayList;
import java.util.List;
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
        INTERLEAVED_CRASHES
    }

    private final SeededRandom random;
    private final Shape shape;
    private final Profile profile;
    private int nextKey;
    private boolean lied;
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
        return kind < 40 ? Shape.TINY : kind < 56 ? Shape.NARROW : kind < 63 ? Shape.SECTORS : Shape.DEFAULT;
    }

    private boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }

    private History history() {
        var ops = new ArrayList<Op>();
        small = oneIn(6);
        int length = small ? 40 + random.nextInt(120) : 8 + random.nextInt(oneIn(4) ? 50 : 20);
        if (shape == Shape.NARROW && oneIn(2)) {
            ops.add(new Op.Space(9 + random.nextInt(4)));
        }
        while (ops.size() < length) {
            ops.add(op());
        }
        return new History(new Config(shape, schedule(), random.nextInt(1 << 16)), ops);
    }

    private Schedule schedule() {
        return switch (profile) {
            case EQUIVALENCE -> new Schedule.InTurn();
            case CRASHES, FAULTS -> oneIn(4) ? new Schedule.Seldom(4) : new Schedule.InTurn();
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
            case INTERLEAVED_CRASHES ->
                kind < 6 ? together() : kind < 9 ? powerOff() : kind == 9 ? new Op.CleanRestart() : call();
        };
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
        int kind = random.nextInt(32);
        if (kind < 10 || (small && kind < 14)) {
            return new Op.Put(nextKey++, size());
        }
        if (kind < 13) {
            return stream();
        }
        return switch (kind) {
            case 13, 14, 15, 16, 17, 18, 19 -> new Op.Delete(key());
            case 22 -> oneIn(2) ? new Op.Locate(key()) : new Op.ReadLocated(random.nextInt(1 << 12), 1 << 20);
            case 20, 21 -> new Op.Get(key(), oneIn(2) ? 0 : random.nextInt(1 << 12), oneIn(2) ? 1 << 20 : size());
            case 23 -> new Op.Length(key());
            case 24, 25 -> new Op.Listing(key(), oneIn(2) ? 1 << 20 : 1 + random.nextInt(4));
            case 26 -> new Op.Flush();
            case 27 -> new Op.Await();
            default -> new Op.Reclaim(1 + random.nextInt(4));
        };
    }

    private Op.Call stream() {
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

package io.flywheel.shardstore.checks;

import static io.flywheel.base.Check.check;

import java.util.List;

/// The alphabet: what a history is made of. Every parameter is an integer, an enum, another record or a list of
/// these, so that {@link Shrinker} and {@link Code} need to know nothing of a single operation. Removing any
/// operation from a history leaves a history.
///
/// A key is put once in a history: shard ids are never reused. The bytes of a value follow from its key.
sealed interface Op {
    /// What a caller does; may run beside others.
    sealed interface Call extends Op {}

    /// What changes one key; may depend on other things.
    sealed interface Write extends Call {}

    record Put(int key, int bytes) implements Write {
        public Put {
            check(key >= 0 && bytes >= 1, "a value has a byte");
        }
    }

    /// A value as a stream; {@link #seals} false: its writer is closed without a seal.
    record PutStream(int key, boolean seals, List<Integer> appends) implements Write {
        public PutStream {
            check(key >= 0 && !appends.isEmpty() && appends.stream().allMatch(bytes -> bytes >= 1), "appends");
            appends = List.copyOf(appends);
        }

        int bytes() {
            return appends.stream().mapToInt(bytes -> bytes).sum();
        }
    }

    record Delete(int key) implements Write {}

    record PutAll(List<Put> puts) implements Call {
        public PutAll {
            puts = List.copyOf(puts);
        }
    }

    record DeleteAll(List<Integer> keys) implements Call {
        public DeleteAll {
            keys = List.copyOf(keys);
        }
    }

    /// A write that is persistent only after other things: {@code writes} of this life, counted back from the one
    /// that was accepted last, modulo their number, and a promise that somebody else gave, if any.
    record After(List<Integer> writes, List<Promise> promises, Write write) implements Call {
        public After {
            check(writes.stream().allMatch(back -> back >= 0), "writes");
            check(promises.size() <= 1, "promises");
            writes = List.copyOf(writes);
            promises = List.copyOf(promises);
        }
    }

    /// A promise that this store did not give, kept or broken so many turns after somebody began to wait for it.
    record Promise(int turns, boolean kept) {
        public Promise {
            check(turns >= 0, "turns");
        }
    }

    /// Puts values of {@code bytes} under the keys from {@code key} on until one is refused, at most {@code puts}.
    record Fill(int key, int puts, int bytes) implements Call {
        public Fill {
            check(key >= 0 && puts >= 0 && bytes >= 1, "a value has a byte");
        }
    }

    /// Reclaims until nothing is left to do, which must come to an end when nobody writes.
    record Settle() implements Op {}

    /// Deletes everything, reclaims what there is, and expects the space to be back.
    record Regain() implements Op {}

    /// Reads {@code length} bytes, cut to what there is, from {@code from} modulo the value's length.
    record Get(int key, int from, int length) implements Call {
        public Get {
            check(from >= 0 && length >= 1, "range");
        }
    }

    /// Looks a value up and keeps what was found, for {@link ReadLocated}.
    record Locate(int key) implements Call {}

    /// Reads without waiting what the caller's last look-ups found, however long ago.
    record ReadLocated(int from, int length) implements Call {
        public ReadLocated {
            check(from >= 0 && length >= 1, "range");
        }
    }

    record Length(int key) implements Call {}

    record Listing(int from, int limit) implements Call {
        public Listing {
            check(limit >= 1, "limit");
        }
    }

    /// Flushes and waits.
    record Flush() implements Call {}

    /// Waits for everything that this caller wrote.
    record Await() implements Call {}

    record Reclaim(int steps) implements Call {}

    /// Shuts the store down, in an orderly way, under the other callers.
    record Close() implements Call {}

    /// Callers beside each other; goes on when all have ended.
    record Together(List<List<Call>> callers) implements Op {
        public Together {
            callers = callers.stream().map(List::copyOf).toList();
        }
    }

    /// Closes the store and opens it again.
    record CleanRestart() implements Op {}

    /// Turns the power off now, and again after so many changes of the disk in each of the next starts.
    record Crash(Survivors survivors, List<Integer> duringRecovery) implements Op {
        public Crash {
            duringRecovery = List.copyOf(duringRecovery);
        }
    }

    /// Turns the power off before the change of the disk that follows so many more.
    record PowerOffAfter(int changes, Survivors survivors) implements Op {
        public PowerOffAfter {
            check(changes >= 0, "changes");
        }
    }

    /// Lets the file system below give so many extents more.
    record Space(int extents) implements Op {
        public Space {
            check(extents >= 0, "extents");
        }
    }

    /// The next call of its kind goes wrong.
    record Strike(Fault fault) implements Op {}

    /// Flips a bit of what is on the disk: the {@code place}-th written byte, modulo their number.
    record Flip(int place, int bit) implements Op {
        public Flip {
            check(place >= 0 && bit >= 0 && bit < 8, "place and bit");
        }
    }

    enum Fault {
        READ_FAILS,
        WRITE_FAILS,
        FLUSH_FAILS,
        WRITE_IS_SHORTENED,
        WRITE_IS_DROPPED,
        WRITE_IS_MISDIRECTED;

        /// Whether nobody is told when it happens.
        boolean isSilent() {
            return switch (this) {
                case READ_FAILS, WRITE_FAILS, FLUSH_FAILS -> false;
                case WRITE_IS_SHORTENED, WRITE_IS_DROPPED, WRITE_IS_MISDIRECTED -> true;
            };
        }
    }
}

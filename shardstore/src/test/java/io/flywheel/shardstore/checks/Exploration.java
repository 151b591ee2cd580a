package io.flywheel.shardstore.checks;

import io.flywheel.shardstore.checks.Generator.Profile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;

/// The long form of {@link HistoriesTest}: round after round of every profile, going on where the last run stopped.
/// The next seed of each profile is kept in a file; a failure leaves it where the failing block begins.
final class Exploration {
    /// About as many seconds for each.
    private static final Map<Profile, Integer> BLOCKS = new EnumMap<>(Map.of(
            Profile.EQUIVALENCE, 20_000,
            Profile.CRASHES, 20_000,
            Profile.FAULTS, 20_000,
            Profile.INTERLEAVINGS, 10_000,
            Profile.INTERLEAVED_CRASHES, 10_000,
            Profile.FULL_DISKS, 5_000));
    /// The seeds below are those of the short form.
    private static final long FIRST_SEED = 10_000_000;

    private final Path file;
    private final Properties state = new Properties();

    Exploration(Path file) {
        this.file = file;
        if (Files.exists(file)) {
            try (var in = Files.newBufferedReader(file)) {
                state.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Runs until at least {@code count} more histories are done; throws at the first that fails.
    void run(long count) {
        long start = System.nanoTime();
        long done = 0;
        while (done < count) {
            for (var block : BLOCKS.entrySet()) {
                long seed = next(block.getKey());
                Histories.explore(block.getKey(), seed, block.getValue());
                done += block.getValue();
                save(block.getKey(), seed + block.getValue());
            }
            long seconds = Math.max(1, (System.nanoTime() - start) / 1_000_000_000);
            System.out.printf("%,d of %,d histories, %,d a second; state in %s%n", done, count, done / seconds, file);
        }
    }

    private long next(Profile profile) {
        return Long.parseLong(state.getProperty(profile.name(), Long.toString(FIRST_SEED)));
    }

    private void save(Profile profile, long seed) {
        state.setProperty(profile.name(), Long.toString(seed));
        try (var out = Files.newBufferedWriter(file)) {
            state.store(out, "the next seed of each profile");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

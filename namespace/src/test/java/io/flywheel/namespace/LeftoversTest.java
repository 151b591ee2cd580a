package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Bytes;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.keyvalue.Home;
import io.flywheel.namespace.keyvalue.MemoryHome;
import io.flywheel.namespace.keyvalue.Table;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Whatever happened: once everything is deleted, no row is left that nothing will ever remove.
class LeftoversTest {
    /// What a namespace without buckets still knows.
    private static final EnumSet<Table> LASTING = EnumSet.of(Table.META, Table.ANSWERS, Table.LEASES);

    private long requests = 1_000_000;

    @Test
    void shouldLeaveNothingOfWhatWasDeleted() {
        for (long seed = 1; seed <= 30; seed++) {
            var simulation = new Simulation(seed);
            var home = new MemoryHome();
            long use = seed;
            simulation.run(() -> historyAndItsEnd(use, simulation, home));
            var tables = ((Home.Opened.Open) home.open()).tables();
            for (var table : EnumSet.complementOf(LASTING)) {
                var above = new byte[600];
                Arrays.fill(above, (byte) 0xff);
                assertThat(tables.range(table, new byte[0], above))
                        .as("seed %s, rows of %s", seed, table)
                        .isEmpty();
            }
        }
    }

    private void historyAndItsEnd(long seed, Simulation simulation, Home home) {
        var random = new SeededRandom(seed);
        var histories = new Histories(random);
        try (Namespace namespace = RandomHistoriesTest.open(
                new SimulatedDisk(RandomHistoriesTest.GEOMETRY), home, simulation.tasks(), random)) {
            for (int at = 0; at < 400; at++) {
                var command = histories.next(namespace.deletions(0, 5));
                histories.happened(command, namespace.apply(command));
            }
            for (var bucket : histories.buckets()) {
                namespace.bucket(bucket).ifPresent(there -> delete(there, namespace));
            }
            for (var queue = namespace.deletions(0, 100); !queue.isEmpty(); queue = namespace.deletions(0, 100)) {
                queue.forEach(deletion -> reclaim(deletion, namespace));
            }
        }
    }

    private void delete(Bucket bucket, Namespace namespace) {
        var uploads = new UploadQuery(Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, Optional.empty(), 1000);
        for (var upload : namespace.listUploads(bucket.name(), uploads).uploads()) {
            done(namespace, new Command.AbortUpload(stamp(bucket), bucket.name(), upload.key(), upload.id()));
        }
        var versions = new VersionQuery(Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, Optional.empty(), 1000);
        for (var entry : namespace.listVersions(bucket.name(), versions).entries()) {
            if (entry instanceof VersionPage.Entry.Of(var key, var version, var _)) {
                var selector = version.isNull() ? VersionSelector.NULL : new VersionSelector.Exactly(version.id());
                done(
                        namespace,
                        new Command.DeleteObject(stamp(bucket), bucket.name(), key, selector, 0, Condition.NONE));
            }
        }
        done(namespace, new Command.DeleteBucket(stamp(bucket), bucket.name()));
    }

    private void reclaim(Deletion deletion, Namespace namespace) {
        var stamp = new Command.Stamp(3, ++requests, 1, Commands.ALICE);
        if (deletion instanceof Deletion.OfUpload(var _, var _, var upload)) {
            var numbers =
                    namespace.parts(upload, 0, 1000).stream().map(Part::number).toList();
            done(namespace, new Command.ForgetParts(stamp, upload, numbers));
            stamp = new Command.Stamp(3, ++requests, 1, Commands.ALICE);
        }
        var entry = new Command.Reclaimed.Entry(deletion.position(), deletion.ordinal());
        done(namespace, new Command.Reclaimed(stamp, List.of(entry)));
    }

    private Command.Stamp stamp(Bucket bucket) {
        return new Command.Stamp(3, ++requests, 1_800_000_000_000L, bucket.owner());
    }

    private static void done(Namespace namespace, Command command) {
        assertThat(namespace.apply(command)).as("%s", command).isNotInstanceOf(Outcome.Refused.class);
    }
}

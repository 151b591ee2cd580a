package io.flywheel.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.real.SecureRandomness;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.namespace.log.QuorumLog;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// What is allowed when, and that a dry run changes nothing.
final class DiskActionsTest {
    private static final List<String> NAMES =
            List.of("dir", "disk", "node", "rack", "zone", "cancel", "lost", "dry-run", "store");

    private final TestStore store = new TestStore();
    private final DiskActions actions = new DiskActions(store, store, new ThreadTasks(), new SecureRandomness());

    /// Does it dry first, which must say the same and change nothing.
    private Json shouldDo(Function<Parameters, Json> action, String query, String... did) {
        var before = store.map;
        store.did.clear();
        var dry = action.apply(Parameters.of(query + "&dry-run", NAMES));
        assertThat(store.did).isEmpty();
        assertThat(store.map).isSameAs(before);
        assertThat(dry.truth("dryRun")).isTrue();
        var done = action.apply(Parameters.of(query, NAMES));
        assertThat(store.did).containsExactly(did);
        assertThat(done.truth("dryRun")).isFalse();
        assertThat(done.texts("steps")).isEqualTo(dry.texts("steps")).isNotEmpty();
        return done;
    }

    private void shouldRefuse(Function<Parameters, Json> action, String query, String part) {
        var before = store.map;
        store.did.clear();
        assertThatThrownBy(() -> action.apply(Parameters.of(query, NAMES)))
                .isInstanceOf(AdminRefusal.class)
                .hasMessageContaining(part);
        assertThat(store.did).isEmpty();
        assertThat(store.map).isSameAs(before);
    }

    @Test
    void shouldAddAFreshFolderOnly() {
        var added = shouldDo(actions::add, "dir=/new&node=n7", "add /new n7");
        assertThat(added.texts("steps").getLast()).startsWith("until it has its share: add ");
        store.folders.put(Path.of("/full"), new DiskHost.Found.Unusable("/full holds other data"));
        shouldRefuse(actions::add, "dir=/full", "holds other data");
        shouldRefuse(actions::add, "dir=/d0", "is the disk " + TestStore.disk(0) + " of this store already");
        store.folders.put(Path.of("/foreign"), new DiskHost.Found.Disk(TestStore.disk(99), "f".repeat(32)));
        shouldRefuse(actions::add, "dir=/foreign", "another store");
        shouldRefuse(actions::add, "dir=relative", "no absolute path");
        shouldRefuse(actions::add, "dir=/new&store=" + "f".repeat(32), "this server has the store " + store.name());
    }

    /// The disk that a slot comes from is the only one that can take it back.
    @Test
    void shouldDrainADiskToWhichSlotsAreMoving() {
        store.add(6);
        store.beginMove(0, 6);
        shouldDo(actions::drain, "disk=/d6", "drain /d6");
    }

    @Test
    void shouldRefuseToDrainWhatTheOthersCannotTakeOver() {
        shouldRefuse(actions::drain, "disk=/d0", "needs 6 disks; the fleet has 5");
        store.add(6);
        var done = shouldDo(actions::drain, "disk=/d0", "drain /d0");
        assertThat(done.number("slots")).isEqualTo(1);
        assertThat(done.text("disk")).isEqualTo(TestStore.disk(0).toString());
        // One more has nowhere to go.
        shouldRefuse(actions::drain, "disk=/d1", "cannot be drained");
        shouldDo(actions::drain, "disk=" + TestStore.disk(0) + "&cancel", "use /d0");
        shouldDo(actions::drain, "disk=/d0&cancel");
        shouldRefuse(actions::drain, "disk=/nowhere", "no disk of this store is known as '/nowhere'");
    }

    @Test
    void shouldNotCountOnDisksThatAreNotHere() {
        store.add(6);
        store.loseDisk(6);
        shouldRefuse(actions::drain, "disk=/d0", "the fleet has 5");
    }

    @Test
    void shouldRemoveOnlyWhatNoSlotNames() {
        shouldRefuse(actions::remove, "disk=/d0", "1 copyset has slots on /d0");
        shouldRefuse(actions::remove, "disk=/d0&lost", "is here and answers");
        store.add(6);
        shouldDo(actions::remove, "disk=/d6", "remove /d6");
        shouldRefuse(actions::remove, "disk=/d6", "was removed already");
    }

    @Test
    void shouldHaveALostDiskMadeAnewBeforeItIsGivenUp() {
        store.add(6);
        store.open.remove(TestStore.disk(0));
        shouldRefuse(actions::remove, "disk=/d0", "'./flywheel disk remove --lost /d0'");
        var done = shouldDo(actions::remove, "disk=/d0&lost", "lose /d0", "drain /d0");
        assertThat(done.number("slots")).isEqualTo(1);
        assertThat(store.map.disk(TestStore.disk(0)).orElseThrow().present()).isFalse();
        shouldRefuse(actions::remove, "disk=/d0", "slots on /d0");
    }

    @Test
    void shouldSayThatALostDiskWaitsForAnother() {
        store.open.remove(TestStore.disk(0));
        var done = shouldDo(actions::remove, "disk=/d0&lost", "lose /d0", "drain /d0");
        assertThat(done.texts("remarks")).anyMatch(remark -> remark.contains("waits for another disk"));
    }

    @Test
    void shouldReplaceADiskThatIsHereOrGone() {
        shouldDo(actions::replace, "disk=/d0&dir=/new", "add /new node0", "drain /d0");
        store.open.remove(TestStore.disk(1));
        shouldDo(actions::replace, "disk=/d1&dir=/other&node=n", "add /other n", "lose /d1", "drain /d1");
        shouldRefuse(actions::replace, "disk=/d2&dir=/d3", "of this store already");
    }

    @Test
    void shouldRestoreOnlyADiskOfThisFleetThatWasNotRemoved() {
        var id = TestStore.disk(0);
        shouldRefuse(actions::restore, "dir=/d0", "is open already");
        store.loseDisk(0);
        store.folders.put(Path.of("/d0"), new DiskHost.Found.Disk(id, store.name()));
        shouldDo(actions::restore, "dir=/d0", "restore /d0");
        shouldRefuse(actions::restore, "dir=/empty", "nothing is there to restore");
        store.folders.put(Path.of("/foreign"), new DiskHost.Found.Disk(id, "f".repeat(32)));
        shouldRefuse(actions::restore, "dir=/foreign", "belongs to the store " + "f".repeat(32));
        store.folders.put(Path.of("/unknown"), new DiskHost.Found.Disk(TestStore.disk(99), store.name()));
        shouldRefuse(actions::restore, "dir=/unknown", "has never had the disk");
        store.add(6);
        store.remove(6);
        store.folders.put(Path.of("/d6"), new DiskHost.Found.Disk(TestStore.disk(6), store.name()));
        shouldRefuse(actions::restore, "dir=/d6", "out of date and is not used");
    }

    @Test
    void shouldKeepTheDiskWithTheOnlyCopyOfTheNamespace() {
        store.add(6);
        shouldRefuse(actions::drain, "disk=/d5", "the only copy of the namespace's log");
        store.log.clear();
        store.log.add(new LogCopy(TestStore.disk(6), QuorumLog.State.IN_SYNC));
        shouldRefuse(actions::remove, "disk=/d6", "holds a copy of the namespace's log");
    }

    @Test
    void shouldScrub() {
        shouldDo(actions::scrub, "", "scrub");
    }
}

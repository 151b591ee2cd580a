package io.flywheel.namespace.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Copyset;
import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.Slot;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Command.Stamp;
import io.flywheel.namespace.fleet.FleetCommand.AddCopysets.NewCopyset;
import io.flywheel.namespace.fleet.FleetOutcome.Refusal;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FleetMapTest {
    private static final AccountId OPERATOR = new AccountId("0".repeat(64));
    private static final FleetOutcome DONE = new FleetOutcome.Done();

    private FleetMap map = FleetMap.of(new UUID(7, 7));
    private long requests;

    /// Eight disks, two a node; one copyset of four nodes that spares one.
    @BeforeEach
    void addDisks() {
        for (int i = 0; i < 8; i++) {
            done(new FleetCommand.AddDisk(stamp(), disk(i), Domains.of("node-" + i / 2), 1 << 20, 4));
        }
        done(new FleetCommand.AddCopysets(stamp(), 0, List.of(new NewCopyset(1, Level.NODE, disks(0, 2, 4)))));
    }

    private static DiskId disk(int number) {
        return new DiskId(new UUID(1, number));
    }

    private static List<DiskId> disks(int... numbers) {
        return IntStream.of(numbers).mapToObj(FleetMapTest::disk).toList();
    }

    private Stamp stamp() {
        return new Stamp(1, ++requests, 1_000 * requests, OPERATOR);
    }

    private FleetOutcome apply(FleetCommand command) {
        FleetMap.Applied applied = map.apply(command);
        map = applied.map();
        return applied.outcome();
    }

    private void done(FleetCommand command) {
        assertThat(apply(command)).isEqualTo(DONE);
    }

    private void refused(Refusal refusal, FleetCommand command) {
        FleetMap before = map;
        assertThat(apply(command))
                .isInstanceOfSatisfying(
                        FleetOutcome.Refused.class,
                        why -> assertThat(why.refusal()).isEqualTo(refusal));
        assertThat(map).as("a refusal changes nothing").isSameAs(before);
    }

    private Copyset copyset() {
        return map.copyset(0).orElseThrow();
    }

    @Test
    void shouldCountItsChanges() {
        long version = map.version();
        done(new FleetCommand.SetWeight(stamp(), disk(1), 9));
        assertThat(map.version()).isEqualTo(version + 1);
        assertThat(map.disk(disk(1)).orElseThrow().weight()).isEqualTo(9);
    }

    @Test
    void shouldAnswerARepeatedRequestAsItDidTheFirstTime() {
        Stamp stamp = stamp();
        FleetCommand begin = new FleetCommand.BeginMove(stamp, 0, 1, 0, disk(6));
        assertThat(apply(begin)).isEqualTo(new FleetOutcome.SlotChanged(2));
        FleetMap after = map;
        assertThat(apply(begin)).isEqualTo(new FleetOutcome.SlotChanged(2));
        assertThat(map).isSameAs(after);
    }

    @Test
    void shouldForgetAnswersAfterAThousandOthers() {
        FleetCommand begin = new FleetCommand.BeginMove(stamp(), 0, 1, 0, disk(6));
        apply(begin);
        for (int i = 0; i < FleetRules.REMEMBERED; i++) {
            done(new FleetCommand.SetWeight(stamp(), disk(1), i));
        }
        assertThat(map.answers()).hasSize(FleetRules.REMEMBERED);
        refused(Refusal.STALE, begin);
    }

    @Test
    void shouldNeverTakeBackADiskThatWasRemoved() {
        refused(Refusal.DISK_IN_USE, new FleetCommand.RemoveDisk(stamp(), disk(0)));
        done(new FleetCommand.RemoveDisk(stamp(), disk(7)));
        refused(Refusal.DISK_REMOVED, new FleetCommand.AddDisk(stamp(), disk(7), Domains.of("node-9"), 1 << 20, 4));
        refused(Refusal.DISK_REMOVED, new FleetCommand.MarkPresent(stamp(), disk(7)));
        refused(Refusal.DISK_REMOVED, new FleetCommand.Drain(stamp(), disk(7), false));
        refused(Refusal.DISK_UNFIT, new FleetCommand.BeginMove(stamp(), 0, 1, 0, disk(7)));
        assertThat(map.disk(disk(7)).orElseThrow().role()).isEqualTo(FleetDisk.Role.REMOVED);
    }

    @Test
    void shouldKnowEachDiskOnce() {
        refused(Refusal.DISK_EXISTS, new FleetCommand.AddDisk(stamp(), disk(3), Domains.of("elsewhere"), 1 << 20, 4));
        refused(Refusal.NO_SUCH_DISK, new FleetCommand.MarkAbsent(stamp(), disk(99)));
    }

    @Test
    void shouldRaiseTheEpochWithEveryStepOfAMove() {
        assertThat(apply(new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(6))))
                .isEqualTo(new FleetOutcome.SlotChanged(2));
        assertThat(copyset().slots().get(1)).isEqualTo(new Slot.Moving(disk(2), disk(6)));
        assertThat(apply(new FleetCommand.FinishMove(stamp(), 0, 2, 1))).isEqualTo(new FleetOutcome.SlotChanged(3));
        assertThat(copyset().slots().get(1)).isEqualTo(new Slot.Held(disk(6)));
        done(new FleetCommand.RemoveDisk(stamp(), disk(2)));
    }

    @Test
    void shouldRefuseMovesThatWereDecidedForAnotherEpoch() {
        apply(new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(6)));
        refused(Refusal.STALE, new FleetCommand.BeginMove(stamp(), 0, 1, 0, disk(1)));
        refused(Refusal.STALE, new FleetCommand.FinishMove(stamp(), 0, 1, 1));
        refused(Refusal.NOT_MOVING, new FleetCommand.FinishMove(stamp(), 0, 2, 0));
        refused(Refusal.ALREADY_MOVING, new FleetCommand.BeginMove(stamp(), 0, 2, 1, disk(7)));
        refused(Refusal.NO_SUCH_SLOT, new FleetCommand.FinishMove(stamp(), 0, 2, 3));
        refused(Refusal.NO_SUCH_COPYSET, new FleetCommand.FinishMove(stamp(), 1, 1, 0));
    }

    /// Shards that were written since the move began are where it went: it cannot simply be forgotten.
    @Test
    void shouldMoveBackWhatIsAborted() {
        apply(new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(6)));
        assertThat(apply(new FleetCommand.AbortMove(stamp(), 0, 2, 1))).isEqualTo(new FleetOutcome.SlotChanged(3));
        assertThat(copyset().slots().get(1)).isEqualTo(new Slot.Moving(disk(6), disk(2)));
        apply(new FleetCommand.FinishMove(stamp(), 0, 3, 1));
        assertThat(copyset().slots().get(1)).isEqualTo(new Slot.Held(disk(2)));
    }

    @Test
    void shouldNotMoveBackToADiskThatIsGone() {
        done(new FleetCommand.MarkAbsent(stamp(), disk(2)));
        apply(new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(6)));
        refused(Refusal.DISK_UNFIT, new FleetCommand.AbortMove(stamp(), 0, 2, 1));
    }

    @Test
    void shouldSendAMoveElsewhereWhenItsDestinationIsLost() {
        apply(new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(6)));
        done(new FleetCommand.MarkAbsent(stamp(), disk(6)));
        assertThat(apply(new FleetCommand.BeginMove(stamp(), 0, 2, 1, disk(7))))
                .isEqualTo(new FleetOutcome.SlotChanged(3));
        assertThat(copyset().slots().get(1)).isEqualTo(new Slot.Moving(disk(2), disk(7)));
    }

    @Test
    void shouldKeepDisksApartAndDomainsToWhatMayBeLost() {
        refused(Refusal.CROWDED, new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(0)));
        refused(Refusal.CROWDED, new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(1)));
        apply(new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(6)));
        refused(Refusal.CROWDED, new FleetCommand.BeginMove(stamp(), 0, 2, 0, disk(6)));
        refused(Refusal.CROWDED, new FleetCommand.BeginMove(stamp(), 0, 2, 0, disk(3)));
        for (List<DiskId> disks : List.of(disks(0, 1, 4), disks(0, 0, 4))) {
            refused(
                    Refusal.CROWDED,
                    new FleetCommand.AddCopysets(stamp(), 1, List.of(new NewCopyset(1, Level.NODE, disks))));
        }
        done(new FleetCommand.AddCopysets(stamp(), 1, List.of(new NewCopyset(1, Level.DISK, disks(0, 1, 4)))));
    }

    @Test
    void shouldGiveSlotsOnlyToDisksThatTakeThem() {
        done(new FleetCommand.Drain(stamp(), disk(6), true));
        refused(Refusal.DISK_UNFIT, new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(6)));
        refused(
                Refusal.DISK_UNFIT,
                new FleetCommand.AddCopysets(stamp(), 1, List.of(new NewCopyset(1, Level.NODE, disks(0, 2, 6)))));
        done(new FleetCommand.Drain(stamp(), disk(6), false));
        apply(new FleetCommand.BeginMove(stamp(), 0, 1, 1, disk(6)));
        assertThat(copyset().epoch()).isEqualTo(2);
    }

    @Test
    void shouldAddAllCopysetsOfAPlanOrNone() {
        NewCopyset good = new NewCopyset(1, Level.NODE, disks(1, 3, 5));
        refused(
                Refusal.CROWDED,
                new FleetCommand.AddCopysets(stamp(), 1, List.of(good, new NewCopyset(1, Level.NODE, disks(6, 7)))));
        refused(Refusal.STALE, new FleetCommand.AddCopysets(stamp(), 0, List.of(good)));
        refused(
                Refusal.INVALID,
                new FleetCommand.AddCopysets(stamp(), 1, List.of(new NewCopyset(3, Level.NODE, disks(1, 3, 5)))));
        done(new FleetCommand.AddCopysets(stamp(), 1, List.of(good, good)));
        assertThat(map.copysets()).hasSize(3);
    }

    @Test
    void shouldNumberLeasesAboveAllBefore() {
        assertThat(apply(new FleetCommand.OpenLease(stamp(), "a", 40))).isEqualTo(new FleetOutcome.LeaseOpened(41));
        assertThat(apply(new FleetCommand.OpenLease(stamp(), "b", 0))).isEqualTo(new FleetOutcome.LeaseOpened(42));
        assertThat(apply(new FleetCommand.OpenLease(stamp(), "a", 0))).isEqualTo(new FleetOutcome.LeaseOpened(43));
        assertThat(map.isOpen(41)).as("its holder opened another").isFalse();
        assertThat(map.isOpen(42)).isTrue();
        done(new FleetCommand.CloseLeases(stamp(), List.of(41L, 42L)));
        assertThat(map.isOpen(42)).isFalse();
        assertThat(map.isOpen(43)).isTrue();
        refused(Refusal.NO_SUCH_LEASE, new FleetCommand.CloseLeases(stamp(), List.of(44L)));
        refused(Refusal.INVALID, new FleetCommand.OpenLease(stamp(), "", 0));
        refused(Refusal.INVALID, new FleetCommand.OpenLease(stamp(), "c", Long.MAX_VALUE));
    }

    @Test
    void shouldNeverLowerTheFeatureLevel() {
        done(new FleetCommand.SetFeatureLevel(stamp(), 3));
        done(new FleetCommand.SetFeatureLevel(stamp(), 3));
        refused(Refusal.LEVEL_LOWER, new FleetCommand.SetFeatureLevel(stamp(), 2));
        assertThat(map.featureLevel()).isEqualTo(3);
    }

    @Test
    void shouldKeepTheSchemeOfAStorageClassUntilItIsForgotten() {
        done(new FleetCommand.SetScheme(stamp(), "STANDARD", 0x01020804));
        assertThat(map.schemes()).containsEntry("STANDARD", 0x01020804);
        done(new FleetCommand.SetScheme(stamp(), "STANDARD", 0));
        assertThat(map.schemes()).isEmpty();
        refused(Refusal.INVALID, new FleetCommand.SetScheme(stamp(), "", 1));
    }
}

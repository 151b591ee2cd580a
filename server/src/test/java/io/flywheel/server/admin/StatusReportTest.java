package io.flywheel.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.namespace.log.QuorumLog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class StatusReportTest {
    private final TestStore store = new TestStore();

    private Json shouldBe(Verdict verdict) {
        var status = store.status();
        assertThat(status.text("verdict")).as(status.toString()).isEqualTo(verdict.words());
        return status;
    }

    private static Json disk(Json status, int at) {
        return status.objects("disks").stream()
                .filter(disk -> disk.text("id").equals(TestStore.disk(at).toString()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldTellOfEveryDiskAndSchemeAndCopysetWhenAllIsWell() {
        var status = shouldBe(Verdict.HEALTHY);
        assertThat(status.texts("reasons")).isEmpty();
        assertThat(status.objects("disks")).hasSize(TestStore.DISKS).allSatisfy(disk -> {
            assertThat(disk.text("state")).isEqualTo("present");
            assertThat(disk.number("capacityBytes")).isEqualTo(1L << 40);
            assertThat(disk.number("copysets")).isEqualTo(1);
        });
        assertThat(disk(status, 3).text("path")).isEqualTo("/d3");
        assertThat(disk(status, 3).text("node")).isEqualTo("node3");
        var scheme = status.objects("storageClasses").getFirst();
        assertThat(scheme.text("scheme")).isEqualTo("rs(4,2)");
        assertThat(scheme.text("survives")).isEqualTo("the loss of any 2 disks");
        var copysets = status.object("copysets");
        assertThat(copysets.number("total")).isEqualTo(1);
        assertThat(copysets.objects("byRedundancy").getFirst().number("remaining"))
                .isEqualTo(2);
        assertThat(status.object("namespace").objects("log").getFirst().text("path"))
                .isEqualTo("/d5");
    }

    @Test
    void shouldGoFromHealthyToUnavailableDiskByDisk() {
        store.put("key");
        store.loseDisk(0);
        var degraded = shouldBe(Verdict.DEGRADED);
        assertThat(disk(degraded, 0).text("state")).isEqualTo("absent");
        assertThat(disk(degraded, 0).text("path")).isEqualTo("/d0");
        assertThat(disk(degraded, 0).has("usedBytes")).isFalse();
        assertThat(degraded.texts("reasons")).anyMatch(reason -> reason.contains("lost redundancy"));
        store.loseDisk(1);
        assertThat(shouldBe(Verdict.AT_RISK).texts("reasons")).anyMatch(reason -> reason.contains("one more lost"));
        store.loseDisk(2);
        var lost = shouldBe(Verdict.UNAVAILABLE);
        assertThat(lost.object("copysets").number("unreadable")).isEqualTo(1);
        assertThat(lost.texts("reasons")).anyMatch(reason -> reason.contains("cannot be read until disks return"));
    }

    @Test
    void shouldNotCallDataUnavailableWhereACopysetHasNone() {
        store.loseDisk(0);
        store.loseDisk(1);
        store.loseDisk(2);

        var status = shouldBe(Verdict.DEGRADED);
        assertThat(status.object("copysets").number("unreadable")).isZero();
        assertThat(status.texts("reasons")).anyMatch(reason -> reason.contains("1 copyset without blocks lost more"));
    }

    @Test
    void shouldTellOfADiskThatIsSuspectOrFailsOrIsNotMarkedAbsentYet() {
        store.condition(1, OpenDisk.Condition.SUSPECT, "slow");
        assertThat(disk(shouldBe(Verdict.DEGRADED), 1).text("state")).isEqualTo("suspect");
        store.condition(1, OpenDisk.Condition.FAILED, "it takes no more writes");
        var failed = disk(shouldBe(Verdict.DEGRADED), 1);
        assertThat(failed.text("state")).isEqualTo("failed");
        assertThat(failed.text("reason")).isEqualTo("it takes no more writes");
        store.open.remove(TestStore.disk(1));
        assertThat(disk(shouldBe(Verdict.DEGRADED), 1).text("state")).isEqualTo("absent");
    }

    @Test
    void shouldCallADrainHealthyAndForgetARemovedDisk() {
        store.add(6);
        store.drain(0);
        store.move(0, 6);
        var draining = shouldBe(Verdict.HEALTHY);
        assertThat(disk(draining, 0).text("state")).isEqualTo("draining");
        assertThat(draining.object("copysets").number("moving")).isEqualTo(1);
        store.add(7);
        store.remove(7);
        var status = shouldBe(Verdict.HEALTHY);
        assertThat(status.objects("disks")).hasSize(7);
        assertThat(status.number("removedDisks")).isEqualTo(1);
    }

    @Test
    void shouldCountAMovingSlotAsLostWhenEitherOfItsDisksIs() {
        store.add(6);
        store.move(0, 6);
        store.loseDisk(6);
        assertThat(shouldBe(Verdict.DEGRADED)
                        .object("copysets")
                        .objects("byRedundancy")
                        .getFirst()
                        .number("remaining"))
                .isEqualTo(1);
    }

    @Test
    void shouldTellOfWorkersAndTheirAlarms() {
        store.workers.add(
                new WorkerState("scrub", "reads", Optional.of(0.25), 1e6, Optional.of(Duration.ofHours(2)), ""));
        var worker = shouldBe(Verdict.HEALTHY).objects("workers").getFirst();
        assertThat(worker.real("share")).isEqualTo(0.25);
        assertThat(worker.number("remainingSeconds")).isEqualTo(7200);
        store.workers.add(
                new WorkerState("audit", "stopped", Optional.empty(), 0, Optional.empty(), "too much to delete"));
        assertThat(shouldBe(Verdict.DEGRADED).texts("reasons")).isEqualTo(List.of("audit: too much to delete"));
    }

    private void hold(int at, QuorumLog.State state) {
        store.log.add(new LogCopy(TestStore.disk(at), state));
    }

    private void shouldLose(Verdict verdict, int mayLose, int madeToLose, String reason) {
        var status = shouldBe(verdict);
        assertThat(status.object("namespace").number("mayLose")).isEqualTo(mayLose);
        assertThat(status.object("namespace").number("madeToLose")).isEqualTo(madeToLose);
        assertThat(status.texts("reasons")).anyMatch(each -> each.contains(reason));
    }

    @Test
    void shouldTellHowManyDisksTheNamespaceMayLose() {
        store.wanted = 5;
        shouldLose(Verdict.AT_RISK, 0, 2, "1 disk holds the namespace's log, of which 1 has the latest changes");
        hold(1, QuorumLog.State.BEHIND);
        hold(2, QuorumLog.State.IN_SYNC);
        shouldLose(Verdict.AT_RISK, 0, 2, "it may lose 0 more, and was made to lose 2");
        hold(3, QuorumLog.State.IN_SYNC);
        hold(4, QuorumLog.State.IN_SYNC);
        shouldLose(Verdict.DEGRADED, 1, 2, "it may lose 1 more, and was made to lose 2");
        store.log.set(1, new LogCopy(TestStore.disk(1), QuorumLog.State.IN_SYNC));
        assertThat(shouldBe(Verdict.HEALTHY).object("namespace").number("mayLose"))
                .isEqualTo(2);
        for (int lost = 0; lost < 3; lost++) {
            store.log.set(lost, new LogCopy(store.log.get(lost).disk(), QuorumLog.State.ABSENT));
        }
        shouldLose(Verdict.UNAVAILABLE, -1, 2, "nothing can be changed");
    }

    @Test
    void shouldAskNoMoreOfTheNamespaceThanTheDisksThereAreCanHold() {
        store.wanted = 5;
        hold(1, QuorumLog.State.IN_SYNC);
        hold(2, QuorumLog.State.IN_SYNC);
        for (int gone = 0; gone < 3; gone++) {
            store.add(6 + gone);
            store.drain(gone);
            store.drain(6 + gone);
        }
        assertThat(shouldBe(Verdict.HEALTHY).object("namespace").number("madeToLose"))
                .isEqualTo(1);
    }
}

package io.flywheel.shardstore.checks;

import io.flywheel.base.simulated.Schedule;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Histories that failed once, as small as they became. Paste what a failing check prints.
class RegressionsTest {
    /// A checkpoint of reclamation that waited for that of the shutdown wrote behind the end of the log, where the
    /// next life went on.
    @Test
    void shouldWriteNothingBehindTheEndOfAnOrderlyShutdown() {
        for (long seed = 0; seed < 300; seed++) {
            Histories.replay(
                    new Config(Shape.TINY, new Schedule.Uniform(), seed),
                    new Op.Put(0, 9_000),
                    new Op.PutStream(1, true, List.of(9_000)),
                    new Op.Delete(0),
                    new Op.Together(List.of(List.of(new Op.Reclaim(3)), List.of(new Op.Close()))),
                    new Op.CleanRestart(),
                    new Op.Put(2, 700));
        }
    }

    /// A start noticed that the end of the log had rotted, and the power went off before it was open; the next one
    /// took what was left for all there had been.
    @Test
    void shouldReportALossThatAStartFoundWhichDidNotLiveToTell() {
        Histories.replay(
                new Config(Shape.NARROW, new Schedule.InTurn(), 4824),
                new Op.CleanRestart(),
                new Op.Crash(Survivors.NONE, List.of()),
                new Op.After(List.of(), List.of(), new Op.Put(0, 1)),
                new Op.Reclaim(1),
                new Op.Put(1, 1),
                new Op.CleanRestart(),
                new Op.CleanRestart(),
                new Op.Put(2, 1),
                new Op.CleanRestart(),
                new Op.Reclaim(1),
                new Op.Put(3, 1),
                new Op.Put(9, 1),
                new Op.Get(9, 0, 1),
                new Op.Crash(Survivors.NONE, List.of()),
                new Op.Put(4, 1),
                new Op.After(List.of(0), List.of(new Op.Promise(0, true)), new Op.Put(5, 1)),
                new Op.Await(),
                new Op.Flip(661120, 0),
                new Op.Crash(Survivors.NONE, List.of(3)));
    }

    /// On a full disk a checkpoint took the last free extent and the power went off: no start found one any more.
    @Test
    void shouldLeaveAnExtentForTheNextStart() {
        Histories.replay(
                new Config(Shape.LAZY, new Schedule.InTurn(), 16239),
                new Op.Fill(0, 14, 2881),
                new Op.Reclaim(7),
                new Op.Crash(Survivors.NONE, List.of()),
                new Op.Fill(0, 15, 1),
                new Op.Reclaim(1),
                new Op.Crash(Survivors.ALL, List.of(22, 20, 24, 24, 19, 27, 27)),
                new Op.PowerOffAfter(20, Survivors.NONE),
                new Op.Regain(),
                new Op.Crash(Survivors.NONE, List.of()),
                new Op.Crash(Survivors.NONE, List.of()),
                new Op.Reclaim(2),
                new Op.PowerOffAfter(8, Survivors.NONE),
                new Op.Reclaim(1),
                new Op.Crash(Survivors.NONE, List.of()));
    }

    /// Reclamation copied again what it had copied, for ever, on a small disk that was full of live values (the seed
    /// 301414 of an older alphabet).
    @Test
    void shouldComeToAnEndOfReclamationOnAFullDisk() {
        for (var shape : new Shape[] {Shape.TINY, Shape.NARROW, Shape.CRAMPED, Shape.LAZY, Shape.ROOMY}) {
            for (int bytes : new int[] {600, 900, 1500, 2881, 4000}) {
                Histories.replay(
                        new Config(shape, new Schedule.InTurn(), 301414),
                        new Op.Fill(0, 600, bytes),
                        new Op.Settle(),
                        new Op.DeleteAll(List.of(0, 5, 9, 17)),
                        new Op.Settle(),
                        new Op.Crash(Survivors.NONE, List.of()),
                        new Op.Settle());
            }
        }
    }

    /// Merging tables used the reserve up; then no checkpoint found room, and without one nothing could be reset.
    @Test
    void shouldWriteACheckpointOnADiskThatTablesFilled() {
        Histories.replay(
                new Config(Shape.LAZY, new Schedule.InTurn(), 44142),
                new Op.Fill(0, 294, 1),
                new Op.PowerOffAfter(14, Survivors.NONE),
                new Op.Regain(),
                new Op.DeleteAll(List.of(1)));
    }

    /// The model forgot what it held when it crashed twice with nothing written between.
    @Test
    void shouldKeepTheModelThroughTwoCrashes() {
        ModelMachine.run(new History(
                new Config(Shape.TINY, new Schedule.InTurn(), 0),
                List.of(
                        new Op.Put(0, 1),
                        new Op.Flush(),
                        new Op.Crash(Survivors.NONE, List.of()),
                        new Op.Crash(Survivors.NONE, List.of()))));
    }

    /// A frame rotted that an earlier recovery had read and no later frame proved: its value was gone and nobody
    /// was told.
    @Test
    void shouldTellOfWhatRottedBeforeTheEndThatAnEarlierRecoverySaw() {
        Histories.replay(
                new Config(Shape.NARROW, new Schedule.InTurn(), 25917),
                new Op.PowerOffAfter(2, Survivors.NONE),
                new Op.Put(0, 321),
                new Op.Flush(),
                new Op.Flip(132224, 0),
                new Op.Strike(Op.Fault.WRITE_FAILS));
    }

    /// The frame rotted that says where the log goes on: everything after it was gone and nobody was told.
    @Test
    void shouldFindTheLogBehindAnEndThatRotted() {
        for (int place = 0; place < 40_000; place += 16) {
            Histories.replay(
                    new Config(Shape.TINY, new Schedule.InTurn(), 0),
                    new Op.Put(0, 9_000),
                    new Op.CleanRestart(),
                    new Op.Put(1, 6_000),
                    new Op.Flush(),
                    new Op.Put(2, 500),
                    new Op.Flush(),
                    new Op.Put(3, 500),
                    new Op.Flush(),
                    new Op.Flip(place, 3),
                    new Op.Crash(Survivors.NONE, List.of()));
        }
    }

    /// After a start that could not count what is live, an extent of which nothing seemed to be was given back, with a
    /// value in it.
    @Test
    void shouldGiveNothingBackWhileWhatIsLiveIsNotKnown() {
        Histories.replay(
                new Config(Shape.LAZY, new Schedule.InTurn(), 35149),
                new Op.Put(0, 1537),
                new Op.Put(1, 1281),
                new Op.Locate(0),
                new Op.PowerOffAfter(8, Survivors.NONE),
                new Op.PutStream(2, true, List.of(835)),
                new Op.Put(3, 1926),
                new Op.CleanRestart(),
                new Op.Put(4, 205),
                new Op.Put(5, 145),
                new Op.Put(6, 1273),
                new Op.CleanRestart(),
                new Op.Put(7, 1920),
                new Op.Put(8, 1146),
                new Op.CleanRestart(),
                new Op.PutAll(List.of(new Op.Put(9, 98), new Op.Put(10, 361), new Op.Put(11, 36), new Op.Put(12, 236))),
                new Op.Reclaim(1),
                new Op.PowerOffAfter(15, new Survivors(Survivors.Kind.SECTORS, 20862)),
                new Op.Strike(Op.Fault.WRITE_IS_DROPPED),
                new Op.Reclaim(2));
    }

    /// Starts that were cut short had taken all extents. The open one was unused and others held a page or two,
    /// which nobody took out (seeds 10000373, 20006388 and 10001360 of FULL_DISKS).
    @Test
    void shouldFindRoomForADeleteAfterStartsThatWereCutShort() {
        Histories.replay(
                new Config(Shape.NARROW, new Schedule.InTurn(), 64748),
                new Op.Fill(0, 45, 961),
                new Op.Settle(),
                new Op.Crash(Survivors.NONE, List.of(15, 18, 17, 12)),
                new Op.Regain());
        Histories.replay(
                new Config(Shape.TINY, new Schedule.InTurn(), 64594),
                new Op.Fill(0, 73, 961),
                new Op.Settle(),
                new Op.Crash(Survivors.NONE, List.of(20, 19, 22, 10, 13, 15)),
                new Op.Delete(0));
    }

    /// The power went off while a start reset the extents that hold log without changes: the next start found the log
    /// behind one that was erased, and called that damage (seed 10008092 of INTERLEAVED_CRASHES).
    @Test
    void shouldTakeNoInterruptedStartForDamage() {
        for (int changes = 0; changes < 24; changes++) {
            Histories.replay(
                    new Config(Shape.CRAMPED, new Schedule.InTurn(), 0),
                    new Op.Put(0, 600),
                    new Op.PutStream(1, false, List.of(9_000, 9_000, 9_000)),
                    new Op.Flush(),
                    new Op.Crash(Survivors.NONE, List.of(changes)));
        }
    }

    /// Reclamation copied so many values that writers had to wait for a checkpoint, into a commit that was not
    /// written yet: nobody told the task that writes checkpoints (seed 10096842 of FAULTS).
    @Test
    void shouldWriteTheCheckpointThatWritersWaitFor() {
        Histories.replay(
                new Config(Shape.SECTORS, new Schedule.Seldom(4), 16989),
                new Op.Put(0, 1),
                new Op.PutAll(List.of(
                        new Op.Put(1, 1),
                        new Op.Put(2, 1),
                        new Op.Put(3, 1),
                        new Op.Put(4, 1),
                        new Op.Put(5, 1),
                        new Op.Put(6, 1),
                        new Op.Put(7, 1))),
                new Op.Reclaim(1),
                new Op.Put(8, 1),
                new Op.PutAll(List.of(
                        new Op.Put(9, 1),
                        new Op.Put(10, 1),
                        new Op.Put(11, 1),
                        new Op.Put(20, 1),
                        new Op.Put(12, 1),
                        new Op.Put(13, 1),
                        new Op.Put(14, 1),
                        new Op.Put(15, 1))),
                new Op.CleanRestart(),
                new Op.Put(16, 1),
                new Op.Put(17, 1),
                new Op.Put(21, 1),
                new Op.Reclaim(1),
                new Op.Put(18, 1),
                new Op.Put(22, 1),
                new Op.PutAll(List.of(new Op.Put(19, 1), new Op.Put(23, 1))),
                new Op.Delete(0),
                new Op.Put(24, 1),
                new Op.PutAll(List.of(new Op.Put(41, 1))),
                new Op.Flush(),
                new Op.PutAll(List.of(
                        new Op.Put(47, 1),
                        new Op.Put(48, 1),
                        new Op.Put(49, 1),
                        new Op.Put(50, 1),
                        new Op.Put(51, 30),
                        new Op.Put(52, 12))),
                new Op.Listing(28, 1048576),
                new Op.Strike(Op.Fault.WRITE_IS_DROPPED),
                new Op.Put(53, 40),
                new Op.Put(54, 24),
                new Op.Reclaim(4),
                new Op.Strike(Op.Fault.WRITE_FAILS),
                new Op.CleanRestart(),
                new Op.Reclaim(4),
                new Op.Put(62, 5));
    }
}

package io.flywheel.namespace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.namespace.log.LogRecovery.Recovered;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What recovery makes of a log whose frames rotted or were cut off.
class LogRecoveryTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(4, 16 << 10, 512);

    /// A command that makes a frame of three sectors, so that its header and its end can be hurt apart.
    private static final byte[] LONG = new byte[1200];

    private static final int LONG_FRAME_BYTES = 3 * 512;
    private static final int FIRST_FRAME_BYTES = 512;

    private final ThreadTasks tasks = new ThreadTasks();
    private final SimulatedDisk disk = new SimulatedDisk(GEOMETRY);
    private final CommandLog log = ready(LogRecovery.create(disk, tasks, 99, 1));
    private final List<Long> replayed = new ArrayList<>();

    @Test
    void shouldDropTheLastFrameWhenItIsHalf() {
        append(LONG, LONG, LONG);
        disk.flipBit(0, startOf(3) + 1000, 0);
        assertThat(ready(recover(0)).nextPosition()).isEqualTo(3);
        assertThat(replayed).containsExactly(1L, 2L);
    }

    @Test
    void shouldRefuseWhenAFrameRottedAndAnotherFollows() {
        append(LONG, LONG, LONG);
        disk.flipBit(0, startOf(2) + 1000, 0);
        assertThat(why(recover(0))).contains("the frame at position 2 is damaged");
    }

    /// The header of the last frame proves that the one before it was acknowledged, whatever became of its
    /// commands.
    @Test
    void shouldRefuseWhenTheLastTwoFramesRottedAndAHeaderIsLeft() {
        append(LONG, LONG, LONG);
        disk.flipBit(0, startOf(2) + 1000, 0);
        disk.flipBit(0, startOf(3) + 1000, 0);
        assertThat(why(recover(0))).contains("the frame at position 2 is damaged");
    }

    @Test
    void shouldRefuseWhenTheHeaderOfAFrameRottedAndAnotherFollows() {
        append(LONG, LONG, LONG);
        disk.flipBit(0, startOf(2) + 3, 0);
        assertThat(why(recover(0))).contains("the frame at position 2 is damaged");
    }

    @Test
    void shouldEndBeforeTheLastFrameWhenItRotted() {
        append(LONG, LONG, LONG);
        disk.flipBit(0, startOf(3) + 1000, 0);
        assertThat(ready(recover(3)).nextPosition()).isEqualTo(3);
        assertThat(replayed).isEmpty();
    }

    @Test
    void shouldSayWhenTheLogBeginsAfterTheTables() {
        for (int i = 0; i < 60; i++) {
            append(LONG);
            log.release(log.nextPosition() - 1);
        }
        assertThat(LogReader.read(ready(LogRecovery.recover(disk, tasks)), 1, _ -> true))
                .isInstanceOf(LogReader.Read.Released.class);
        assertThat(replayed).isEmpty();
    }

    @Test
    void shouldFindNothingWhenThereIsNoLog() {
        assertThat(LogRecovery.recover(new SimulatedDisk(GEOMETRY), tasks)).isInstanceOf(Recovered.Nothing.class);
    }

    /// The frame was the first of its extent: its header names a position that is used again where the log
    /// goes on.
    @Test
    void shouldFindTheEndWhenAnExtentBeganWithAFrameThatWasCutOff() {
        while (disk.prepared(0) && !disk.prepared(1)) {
            append(LONG);
        }
        long cutOff = log.nextPosition() - 1;
        disk.flipBit(1, 1000, 0);
        CommandLog again = ready(recover(0));
        assertThat(again.nextPosition()).isEqualTo(cutOff);
        assertThat(again.append(Entry.of(99, 2, cutOff, again.link(), List.of(new byte[10]), false)))
                .isEqualTo(CommandLog.Appended.DONE);

        replayed.clear();
        assertThat(ready(recover(cutOff)).nextPosition()).isEqualTo(cutOff + 1);
        assertThat(replayed).isEmpty();
    }

    private void append(byte[]... commands) {
        for (byte[] command : commands) {
            assertThat(log.append(Entry.of(99, 1, log.nextPosition(), log.link(), List.of(command), false)))
                    .isEqualTo(CommandLog.Appended.DONE);
        }
    }

    /// Where the frame of the command at a position begins in extent 0.
    private static int startOf(int position) {
        return FIRST_FRAME_BYTES + (position - 1) * LONG_FRAME_BYTES;
    }

    private Recovered recover(long applied) {
        Recovered recovered = LogRecovery.recover(disk, tasks);
        if (recovered instanceof Recovered.Ready(CommandLog found)) {
            LogReader.read(found, applied + 1, entry -> {
                for (long position = entry.first(); position < entry.end(); position++) {
                    replayed.add(position);
                }
                return true;
            });
        }
        return recovered;
    }

    private static CommandLog ready(Recovered recovered) {
        if (recovered instanceof Recovered.Ready(CommandLog log)) {
            return log;
        }
        throw new AssertionError(recovered.toString());
    }

    private static String why(Recovered recovered) {
        return recovered instanceof Recovered.Refused(String why) ? why : recovered.toString();
    }
}

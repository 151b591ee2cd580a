package io.flywheel.base.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Disk;
import io.flywheel.base.Disk.Io;
import io.flywheel.base.DiskContract;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest extends DiskContract {
    private final SimulatedDisk disk = new SimulatedDisk(GEOMETRY);

    @Override
    protected Disk create() {
        return new SimulatedDisk(GEOMETRY);
    }

    @Override
    protected Disk reopen(Disk open) {
        return ((SimulatedDisk) open).restart();
    }

    private static ByteBuffer sector(int value) {
        var sector = ByteBuffer.allocate(4096);
        while (sector.hasRemaining()) {
            sector.put((byte) value);
        }
        return sector.flip();
    }

    private static byte first(Disk disk, int sector) {
        var read = ByteBuffer.allocate(1);
        assertThat(disk.read(0, sector * 4096L, read).done()).isTrue();
        return read.get(0);
    }

    @Test
    void shouldLoseWhatWasNotFlushed() {
        disk.prepare(0);
        disk.write(0, 0, sector(1));
        disk.flush();
        disk.write(0, 4096, sector(2));
        var next = disk.crashDroppingUnflushed();
        assertThat(first(next, 0)).isEqualTo((byte) 1);
        assertThat(first(next, 1)).isEqualTo((byte) 0);
        assertThat(disk.flush()).isInstanceOf(Io.Failed.class);
    }

    @Test
    void shouldRefuseToRewriteAFlushedSector() {
        disk.prepare(0);
        disk.write(0, 0, sector(1));
        disk.write(0, 0, sector(2));
        disk.flush();
        assertThatThrownBy(() -> disk.write(0, 0, sector(3))).isInstanceOf(IllegalStateException.class);
        disk.reset(0);
        assertThat(disk.write(0, 0, sector(3)).done()).isTrue();
    }

    @Test
    void shouldFailEveryFlushAfterAFailedOne() {
        disk.prepare(0);
        disk.faults().failNextFlush();
        assertThat(disk.flush()).isInstanceOf(Io.Failed.class);
        assertThat(disk.flush()).isInstanceOf(Io.Failed.class);
    }

    @Test
    void shouldRunOutOfSpaceOnlyWhenPreparing() {
        disk.faults().budgetBytes(GEOMETRY.extentBytes());
        assertThat(disk.prepare(0)).isEqualTo(new Io.Done());
        assertThat(disk.prepare(1)).isEqualTo(new Io.NoSpace());
        assertThat(disk.write(0, 0, sector(1))).isEqualTo(new Io.Done());
    }

    @Test
    void shouldStopAtTheChosenChange() {
        disk.prepare(0);
        disk.faults().crashAfter(1);
        assertThat(disk.write(0, 0, sector(1)).done()).isTrue();
        assertThat(disk.flush()).isInstanceOf(Io.Failed.class);
        assertThat(disk.faults().stopped()).isTrue();
        assertThat(first(disk.crashDroppingUnflushed(), 0)).isEqualTo((byte) 0);
    }
}

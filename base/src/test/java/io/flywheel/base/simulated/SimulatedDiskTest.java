package io.flywheel.base.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Disk;
import io.flywheel.base.Disk.Io;
import io.flywheel.base.DiskContract;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Optional;
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

    private static byte[] sectors(Disk disk) {
        return new byte[] {first(disk, 0), first(disk, 1), first(disk, 2)};
    }

    private static ByteBuffer twoSectors(int value) {
        return ByteBuffer.allocate(8192).put(sector(value)).put(sector(value)).flip();
    }

    @Test
    void shouldStoreHalfOfAWriteThatFailsOrIsShortened() {
        disk.prepare(0);
        disk.faults().failNextWrite();
        assertThat(disk.write(0, 0, twoSectors(1))).isInstanceOf(Io.Failed.class);
        assertThat(sectors(disk)).containsExactly(1, 0, 0);
        disk.faults().shortenNextWrite();
        assertThat(disk.write(0, 0, twoSectors(2))).isEqualTo(new Io.Done());
        assertThat(sectors(disk)).containsExactly(2, 0, 0);
        assertThat(disk.faults().struck()).isEqualTo(2);
    }

    @Test
    void shouldLoseAWriteOrPutItElsewhereAndSayNothing() {
        disk.prepare(0);
        disk.faults().dropNextWrite();
        assertThat(disk.write(0, 0, sector(1))).isEqualTo(new Io.Done());
        assertThat(sectors(disk)).containsExactly(0, 0, 0);
        disk.write(0, 4096, sector(2));
        disk.flush();
        disk.faults().misdirectNextWrite();
        assertThat(disk.write(0, 0, sector(3))).isEqualTo(new Io.Done());
        assertThat(sectors(disk)).containsExactly(0, 3, 0);
    }

    @Test
    void shouldLeaveAfterACrashWhatSurvives() {
        disk.prepare(0);
        disk.write(0, 0, sector(1));
        disk.flush();
        disk.write(0, 4096, sector(2));
        disk.write(0, 8192, sector(3));
        assertThat(sectors(disk.crash((extent, sector, writesAfter) -> writesAfter == 0, () -> {})))
                .containsExactly(1, 0, 3);
    }

    @Test
    void shouldGiveAndTakeItsBytes() {
        disk.prepare(0);
        disk.write(0, 4096, sector(2));
        assertThat(disk.writtenBytes(0)).isEqualTo(8192);
        var extents = new ArrayList<Optional<byte[]>>();
        for (int extent = 0; extent < GEOMETRY.extents(); extent++) {
            extents.add(disk.bytes(extent));
        }
        var copy = SimulatedDisk.of(GEOMETRY, extents);
        assertThat(sectors(copy)).containsExactly(0, 2, 0);
        assertThat(copy.prepared(1)).isFalse();
    }
}

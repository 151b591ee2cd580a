package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.simulated.SimulatedDisk;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class WatermarkDiskTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(8, 64 << 10, 512);

    private final SimulatedDisk below = new SimulatedDisk(GEOMETRY);
    private final Disk disk = new WatermarkDisk(below, 2 * GEOMETRY.extentBytes());

    @Test
    void shouldStopGrowingBeforeTheReserve() {
        below.faults().budgetBytes(3 * GEOMETRY.extentBytes() + 10);
        assertThat(disk.freeBytes()).isEqualTo(GEOMETRY.extentBytes() + 10);
        assertThat(disk.prepare(0).done()).isTrue();
        assertThat(disk.freeBytes()).isEqualTo(10);
        assertThat(disk.prepare(1)).isInstanceOf(Disk.Io.NoSpace.class);
        assertThat(below.prepared(1)).isFalse();
        assertThat(below.freeBytes()).as("what deletes still have").isEqualTo(2 * GEOMETRY.extentBytes() + 10);
    }

    @Test
    void shouldStillUseWhatItHasWhenTheReserveIsTouched() {
        below.faults().budgetBytes(3 * GEOMETRY.extentBytes());
        assertThat(disk.prepare(0).done()).isTrue();
        below.faults().budgetBytes(5);
        assertThat(disk.freeBytes()).isZero();
        assertThat(disk.prepare(0).done()).as("it was prepared before").isTrue();
        assertThat(disk.write(0, 0, ByteBuffer.allocate(512)).done()).isTrue();
        assertThat(disk.flush().done()).isTrue();
        assertThat(disk.read(0, 0, ByteBuffer.allocate(512)).done()).isTrue();
    }
}

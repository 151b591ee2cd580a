package io.flywheel.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Disk.Geometry;
import io.flywheel.base.Disk.Io;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every disk does.
public abstract class DiskContract {
    protected static final Geometry GEOMETRY = new Geometry(4, 64 << 10, 4096);

    private Disk disk;

    /// A new, empty disk.
    protected abstract Disk create() throws IOException;

    /// The same disk after an orderly restart.
    protected abstract Disk reopen(Disk disk) throws IOException;

    @BeforeEach
    final void openDisk() throws IOException {
        disk = create();
    }

    @AfterEach
    final void closeDisk() {
        disk.close();
    }

    private static ByteBuffer bytes(int length, int seed) {
        var buffer = ByteBuffer.allocate(length);
        for (int at = 0; at < length; at++) {
            buffer.put(at, (byte) (seed + at * 31));
        }
        return buffer;
    }

    private ByteBuffer read(int extent, long offsetBytes, int length, boolean direct) {
        var buffer = direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
        assertThat(disk.read(extent, offsetBytes, buffer)).isEqualTo(new Io.Done());
        assertThat(buffer.hasRemaining()).isFalse();
        return buffer.flip();
    }

    @Test
    void shouldReadZerosWhereNothingWasWritten() {
        assertThat(disk.prepared(1)).isFalse();
        assertThat(disk.prepare(1)).isEqualTo(new Io.Done());
        assertThat(disk.prepared(1)).isTrue();
        assertThat(read(1, 0, 64 << 10, false)).isEqualTo(ByteBuffer.allocate(64 << 10));
        assertThat(disk.prepare(1)).isEqualTo(new Io.Done());
    }

    @Test
    void shouldReadZerosBehindAStartThatAloneIsWritten() {
        assertThat(disk.prepareStart(1, 8192)).isEqualTo(new Io.Done());
        assertThat(disk.prepared(1)).isTrue();
        var written = bytes(4096, 1);
        assertThat(disk.write(1, 4096, written.duplicate())).isEqualTo(new Io.Done());
        assertThat(read(1, 4096, 4096, true)).isEqualTo(written);
        int rest = (int) disk.geometry().extentBytes() - 8192;
        assertThat(read(1, 8192, rest, false)).isEqualTo(ByteBuffer.allocate(rest));
    }

    @Test
    void shouldReadAnyRangeOfWhatWasWritten() {
        disk.prepare(0);
        var written = bytes(8192, 1);
        assertThat(disk.write(0, 4096, written.duplicate())).isEqualTo(new Io.Done());
        for (boolean direct : new boolean[] {true, false}) {
            assertThat(read(0, 4096, 8192, direct)).isEqualTo(written);
            assertThat(read(0, 5000, 3001, direct)).isEqualTo(written.slice(904, 3001));
        }
    }

    @Test
    void shouldWriteFromDirectAndUnalignedBuffers() {
        disk.prepare(0);
        var direct = ByteBuffer.allocateDirect(3 * 4096 + 1);
        direct.put(1, bytes(3 * 4096, 7), 0, 3 * 4096).position(1);
        assertThat(disk.write(0, 0, direct)).isEqualTo(new Io.Done());
        assertThat(direct.hasRemaining()).isFalse();
        assertThat(read(0, 0, 3 * 4096, true)).isEqualTo(bytes(3 * 4096, 7));
    }

    @Test
    void shouldReadWhatIsWrittenAfterAnEarlierReadOfTheSamePlace() {
        disk.prepare(0);
        read(0, 0, 64 << 10, true);
        disk.write(0, 4096, bytes(4096, 3));
        assertThat(read(0, 4096, 4096, true)).isEqualTo(bytes(4096, 3));
    }

    @Test
    void shouldKeepFlushedBytesAcrossARestart() throws IOException {
        disk.prepare(2);
        disk.write(2, 0, bytes(4096, 5));
        assertThat(disk.flush()).isEqualTo(new Io.Done());
        disk = reopen(disk);
        assertThat(disk.prepared(2)).isTrue();
        assertThat(disk.prepared(3)).isFalse();
        assertThat(read(2, 0, 4096, false)).isEqualTo(bytes(4096, 5));
    }

    @Test
    void shouldTakeWritesFromTheStartAfterAReset() {
        disk.prepare(0);
        disk.write(0, 0, bytes(4096, 5));
        disk.flush();
        assertThat(disk.reset(0)).isEqualTo(new Io.Done());
        assertThat(disk.write(0, 0, bytes(4096, 6))).isEqualTo(new Io.Done());
        assertThat(read(0, 0, 4096, false)).isEqualTo(bytes(4096, 6));
    }

    @Test
    void shouldRefuseWhatIsNotAligned() {
        disk.prepare(0);
        assertThatThrownBy(() -> disk.write(0, 1, bytes(4096, 0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.write(0, 0, bytes(100, 0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.write(0, 64 << 10, bytes(4096, 0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> disk.read(0, 1, ByteBuffer.allocate(64 << 10)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldServeManyVirtualThreadsAtOnce() throws InterruptedException {
        disk.prepare(0);
        disk.prepare(1);
        var threads = new ArrayList<Thread>();
        for (int index = 0; index < 16; index++) {
            int sector = index;
            threads.add(Thread.startVirtualThread(() -> {
                disk.write(0, sector * 4096L, bytes(4096, sector));
                disk.flush();
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        for (int sector = 0; sector < 16; sector++) {
            assertThat(read(0, sector * 4096L, 4096, true)).isEqualTo(bytes(4096, sector));
        }
    }
}

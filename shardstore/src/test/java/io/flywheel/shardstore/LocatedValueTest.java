package io.flywheel.shardstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.shardstore.checks.ForwardingDisk;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What was located once is read long after: what became of its extent meanwhile must not be taken for it.
class LocatedValueTest {
    private static final Disk.Geometry GEOMETRY = new Disk.Geometry(8, 16 << 10, 512);
    private static final int EXTENT = 3;
    private static final Locator AT = new Locator(EXTENT, 512, 100, 0, 7);

    private final ExtentTable extents = new ExtentTable(GEOMETRY);
    private Runnable underTheRead = () -> {};
    private int reads;
    private final LocatedValue value = new LocatedValue(new MemoryHasAll(), extents, Entry.whole(AT), List.of(AT));

    private final class MemoryHasAll extends ForwardingDisk {
        MemoryHasAll() {
            super(new SimulatedDisk(GEOMETRY, () -> {}));
        }

        @Override
        public boolean readNow(int extent, long offsetBytes, ByteBuffer destination) {
            reads++;
            underTheRead.run();
            destination.position(destination.limit());
            return true;
        }
    }

    LocatedValueTest() {
        extents.setPrepared(EXTENT);
        extents.open(EXTENT, 7);
        extents.setReadable(EXTENT, 4096);
        extents.close(EXTENT);
    }

    private boolean readNow() {
        var destination = ByteBuffer.allocate(50);
        boolean found = value.readNow(10, destination);
        assertThat(destination.position()).isEqualTo(found ? 50 : 0);
        assertThat(extents.isPinned(EXTENT)).isFalse();
        return found;
    }

    /// The extent is reset and written again, further than the value reached.
    private void reuse() {
        extents.free(EXTENT);
        extents.open(EXTENT, 8);
        extents.setReadable(EXTENT, 8192);
    }

    @Test
    void shouldReadWhatIsWhereItWas() {
        assertThat(readNow()).isTrue();
    }

    @Test
    void shouldFindNothingInALaterLifeOfTheExtent() {
        reuse();
        assertThat(readNow()).isFalse();
        assertThat(reads).isZero();
    }

    @Test
    void shouldFindNothingWhenTheExtentIsReusedUnderTheRead() {
        underTheRead = this::reuse;
        assertThat(readNow()).isFalse();
        assertThat(reads).isOne();
    }

    @Test
    void shouldFindNothingThatHasNotReachedTheDisk() {
        extents.setReadable(EXTENT, 512);
        assertThat(readNow()).isFalse();
        assertThat(reads).isZero();
    }
}

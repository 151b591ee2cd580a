package io.flywheel.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BufferPool;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Scheme;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Bits that flip in memory while a stripe is gathered: what the disks would get is no longer what came.
class MemoryFaultsTest {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    /// The buffers that a writer will gather in.
    private static List<ByteBuffer> memory(BufferPool pool) {
        var all = pool.acquireAll(pool.buffersMax(), Duration.ofSeconds(1)).orElseThrow();
        var bytes = all.stream().map(BufferPool.Buffer::bytes).toList();
        all.forEach(BufferPool.Buffer::release);
        return bytes;
    }

    /// Flips a bit of the first cell, of which so many bytes have come.
    private static void flip(Simulation simulation, List<ByteBuffer> memory, byte[] bytes, int came) {
        var beginning = ByteBuffer.wrap(bytes, 0, 16);
        var cell = memory.stream()
                .filter(buffer -> buffer.slice(0, 16).equals(beginning))
                .findFirst()
                .orElseThrow();
        int at = simulation.random().nextInt(Math.min(came, BufferPool.PIECE_BYTES));
        cell.put(at, (byte) (cell.get(at) ^ (1 << simulation.random().nextInt(8))));
    }

    @Test
    void shouldNotAcknowledgeWhatChangedWhileItWasGathered() {
        // Copies of a small object, one stripe that ends early, whole stripes, and a last one behind others.
        for (int size : new int[] {100 * KIB, 128 * KIB, 500 * KIB, MIB, 3 * MIB, 3 * MIB + 77}) {
            for (boolean flips : new boolean[] {false, true}) {
                World.forSeeds(10, simulation -> {
                    var fleet = new SimulatedFleet(simulation, 6, new Scheme.Rs(4, 2));
                    var world = fleet.world(simulation);
                    byte[] bytes = world.randomBytes(size);
                    var memory = memory(world.writing);
                    int came = Math.min(size - 1, 16 * KIB + simulation.random().nextInt(MIB - 16 * KIB));
                    Written written;
                    try (var writer = world.data.writer("STANDARD", size)) {
                        writer.append(ByteBuffer.wrap(bytes, 0, came));
                        if (flips) {
                            flip(simulation, memory, bytes, came);
                        }
                        writer.append(ByteBuffer.wrap(bytes, came, size - came));
                        written = writer.finish();
                    }
                    if (flips) {
                        assertThat(written)
                                .isInstanceOfSatisfying(
                                        Written.Failed.class,
                                        failed -> assertThat(failed.reason()).contains("were not the same"));
                        assertThat(fleet.shards()).isZero();
                    } else {
                        assertThat(written).isInstanceOf(Written.Stored.class);
                    }
                });
            }
        }
    }
}

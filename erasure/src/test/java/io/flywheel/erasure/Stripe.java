package io.flywheel.erasure;

import java.nio.ByteBuffer;
import java.util.Random;

/// The cells of a stripe for tests, each with guard bytes around it that nobody may touch.
final class Stripe {
    private static final int GUARD_BYTES = 128;
    private static final byte GUARD = (byte) 0xA5;

    /// Where cells lie.
    enum Place {
        DIRECT,
        HEAP,
        MIXED
    }

    final ByteBuffer[] cells;
    private final ByteBuffer[] guarded;

    /// Random data at odd addresses; parity cells hold noise.
    Stripe(Scheme scheme, int bytes, Place place, Random random) {
        cells = new ByteBuffer[scheme.shards()];
        guarded = new ByteBuffer[scheme.shards()];
        for (int i = 0; i < cells.length; i++) {
            boolean direct = place == Place.DIRECT || (place == Place.MIXED && random.nextBoolean());
            int before = GUARD_BYTES + random.nextInt(64);
            int all = before + bytes + GUARD_BYTES;
            guarded[i] = direct ? ByteBuffer.allocateDirect(all) : ByteBuffer.allocate(all);
            for (int at = 0; at < all; at++) {
                guarded[i].put(at, GUARD);
            }
            var content = new byte[bytes];
            random.nextBytes(content);
            guarded[i].put(before, content);
            cells[i] = guarded[i].duplicate().position(before).limit(before + bytes);
        }
    }

    byte[] bytes(int slot) {
        var bytes = new byte[cells[slot].remaining()];
        cells[slot].get(cells[slot].position(), bytes);
        return bytes;
    }

    void wipe(Slots slots) {
        for (int slot : slots.toArray()) {
            cells[slot].put(cells[slot].position(), new byte[cells[slot].remaining()]);
        }
    }

    boolean areGuardsWhole() {
        for (int i = 0; i < cells.length; i++) {
            for (int at = 0; at < guarded[i].capacity(); at++) {
                boolean inside = at >= cells[i].position() && at < cells[i].limit();
                if (!inside && guarded[i].get(at) != GUARD) {
                    return false;
                }
            }
        }
        return true;
    }
}

package io.flywheel.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.erasure.Scheme.Copies;
import io.flywheel.erasure.Scheme.Rs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every engine does. The specification it is held to is the scalar one.
abstract class ErasureCodeContract {
    private static final List<Scheme> SHIPPED = List.of(
            new Copies(1),
            new Copies(2),
            new Copies(3),
            new Copies(5),
            new Rs(1, 1),
            new Rs(1, 2),
            new Rs(1, 4),
            new Rs(2, 1),
            new Rs(2, 2),
            new Rs(3, 2),
            new Rs(4, 2),
            new Rs(6, 3),
            new Rs(8, 4),
            new Rs(10, 4));
    private static final int[] LENGTHS = {
        1, 2, 7, 15, 16, 17, 31, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 1000, 4095, 4096, 4097, 8200, 16385
    };

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    abstract Engine engine();

    private ErasureCode code(Scheme scheme) {
        return new ErasureCode(scheme, engine());
    }

    /// The stripe with its parity by the specification.
    private static void encodeByTheSpecification(Scheme scheme, Stripe stripe) {
        new ErasureCode(scheme, Engine.scalar()).encode(stripe.cells);
    }

    @Test
    void shouldRebuildEveryErasurePatternOfTheShippedSchemes() {
        for (var scheme : SHIPPED) {
            var code = code(scheme);
            var stripe = new Stripe(scheme, 257, Stripe.Place.DIRECT, random);
            code.encode(stripe.cells);
            var whole = contents(stripe);
            int all = (1 << scheme.shards()) - 1;
            for (int lost = 1; lost <= all; lost++) {
                if (Integer.bitCount(lost) <= scheme.parityShards()) {
                    var missing = new Slots(lost);
                    stripe.wipe(missing);
                    code.reconstruct(stripe.cells, code.slots().minus(missing), missing);
                    assertWhole(stripe, whole, scheme + " without " + missing);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGiveTheBytesOfTheSpecification(Stripe.Place place) {
        for (int round = 0; round < 60; round++) {
            int k = 1 + random.nextInt(Scheme.SHARDS_MAX - 1);
            int m = 1 + random.nextInt(Scheme.SHARDS_MAX - k);
            var scheme = new Rs(k, m);
            int bytes = LENGTHS[random.nextInt(LENGTHS.length)];
            var stripe = new Stripe(scheme, bytes, place, random);
            encodeByTheSpecification(scheme, stripe);
            var whole = contents(stripe);
            var code = code(scheme);
            stripe.wipe(code.slots().minus(code.dataSlots()));
            code.encode(stripe.cells);
            String what = "%s, %d bytes, -Dseed=%d".formatted(scheme, bytes, seed);
            assertWhole(stripe, whole, what);

            var missing = Slots.NONE;
            int lost = 1 + random.nextInt(m);
            while (missing.size() < lost) {
                missing = missing.with(random.nextInt(k + m));
            }
            stripe.wipe(missing);
            code.reconstruct(stripe.cells, code.slots().minus(missing), missing);
            assertWhole(stripe, whole, what + ", without " + missing);
            assertThat(stripe.areGuardsWhole()).as(what).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldTakeEveryLength(Stripe.Place place) {
        for (var scheme :
                List.of(new Rs(4, 2), new Rs(3, 3), new Rs(2, 1), new Rs(8, 4), new Rs(5, 6), new Copies(3))) {
            for (int bytes : LENGTHS) {
                var stripe = new Stripe(scheme, bytes, place, random);
                encodeByTheSpecification(scheme, stripe);
                var whole = contents(stripe);
                var code = code(scheme);
                stripe.wipe(code.slots().minus(code.dataSlots()));
                code.encode(stripe.cells);
                assertWhole(stripe, whole, scheme + ", " + bytes + " bytes, -Dseed=" + seed);
                assertThat(stripe.areGuardsWhole()).as("-Dseed=%d", seed).isTrue();
                assertThat(code.disagreeing(stripe.cells)).isEqualTo(Slots.NONE);
            }
        }
    }

    @Test
    void shouldTakeCellsOfTheFullLength() {
        var scheme = new Rs(8, 6);
        var stripe = new Stripe(scheme, ErasureCode.CELL_BYTES_MAX, Stripe.Place.DIRECT, random);
        encodeByTheSpecification(scheme, stripe);
        var whole = contents(stripe);
        var code = code(scheme);
        stripe.wipe(code.slots().minus(code.dataSlots()));
        code.encode(stripe.cells);
        assertWhole(stripe, whole, "full length");
    }

    @Test
    void shouldReadOnlyKCellsAndWriteOnlyTheWanted() {
        var scheme = new Rs(4, 2);
        var stripe = new Stripe(scheme, 1000, Stripe.Place.DIRECT, random);
        var code = code(scheme);
        code.encode(stripe.cells);
        var lost = stripe.bytes(1);
        var parity = stripe.bytes(5);
        stripe.wipe(Slots.of(1, 5));
        var cells = stripe.cells.clone();
        cells[5] = ErasureCode.NO_CELL;
        code.reconstruct(cells, Slots.of(0, 2, 3, 4), Slots.of(1));
        assertThat(stripe.bytes(1)).isEqualTo(lost);
        assertThat(stripe.bytes(5)).isNotEqualTo(parity).containsOnly(0);
    }

    @Test
    void shouldLeavePositionsAndReadOnlyInputsAlone() {
        var scheme = new Rs(3, 2);
        var stripe = new Stripe(scheme, 300, Stripe.Place.MIXED, random);
        encodeByTheSpecification(scheme, stripe);
        var whole = contents(stripe);
        var code = code(scheme);
        stripe.wipe(Slots.of(3, 4));
        var cells = stripe.cells.clone();
        for (int i = 0; i < 3; i++) {
            cells[i] = cells[i].asReadOnlyBuffer();
        }
        code.encode(cells);
        for (var cell : cells) {
            assertThat(cell.remaining()).isEqualTo(300);
        }
        assertWhole(stripe, whole, "read-only");
    }

    @Test
    void shouldSeeEveryChangedByteOfAStripe() {
        var scheme = new Rs(4, 2);
        var stripe = new Stripe(scheme, 777, Stripe.Place.MIXED, random);
        var code = code(scheme);
        code.encode(stripe.cells);
        assertThat(code.disagreeing(stripe.cells)).isEqualTo(Slots.NONE);
        for (int slot = 0; slot < scheme.shards(); slot++) {
            var cell = stripe.cells[slot];
            for (int at = cell.position(); at < cell.limit(); at++) {
                byte before = cell.get(at);
                cell.put(at, (byte) (before ^ (1 + random.nextInt(255))));
                assertThat(code.disagreeing(stripe.cells))
                        .as("slot %d, byte %d, -Dseed=%d", slot, at, seed)
                        .isEqualTo(slot < 4 ? Slots.of(4, 5) : Slots.of(slot));
                cell.put(at, before);
            }
        }
    }

    @Test
    void shouldForgetMatricesBeforeTheyFillTheMemory() {
        var scheme = new Rs(20, 12);
        var code = code(scheme);
        var stripe = new Stripe(scheme, 16, Stripe.Place.DIRECT, random);
        code.encode(stripe.cells);
        var whole = contents(stripe);
        for (int round = 0; round < 2 * code.productsMax() + 10; round++) {
            var missing = Slots.of(random.nextInt(32)).with(random.nextInt(32)).with(random.nextInt(32));
            stripe.wipe(missing);
            code.reconstruct(stripe.cells, code.slots().minus(missing), missing);
            assertWhole(stripe, whole, "without " + missing + ", -Dseed=" + seed);
            assertThat(code.productsKept()).isLessThanOrEqualTo(code.productsMax());
        }
    }

    @Test
    void shouldRefuseWrongArgumentsBeforeItWrites() {
        var code = code(new Rs(4, 2));
        var stripe = new Stripe(new Rs(4, 2), 100, Stripe.Place.DIRECT, random);
        var cells = stripe.cells;
        var before = contents(stripe);
        refused(
                "has 6 cells, not 5",
                () -> code.encode(new ByteBuffer[] {cells[0], cells[1], cells[2], cells[3], cells[4]}));
        refused("needs 4 cells", () -> code.reconstruct(cells, Slots.of(0, 1, 2), Slots.of(3)));
        refused("no slots", () -> code.reconstruct(cells, Slots.of(0, 1, 2, 3, 31), Slots.of(4)));
        refused("no slots", () -> code.reconstruct(cells, Slots.first(4), Slots.of(6)));
        refused("among the present", () -> code.reconstruct(cells, Slots.first(5), Slots.of(4)));
        refused("one length", () -> code.encode(replaced(cells, 2, ByteBuffer.allocateDirect(99))));
        refused("one length", () -> code.encode(replaced(cells, 5, ByteBuffer.allocateDirect(101))));
        refused("one length", () -> code.disagreeing(replaced(cells, 5, ErasureCode.NO_CELL)));
        refused("1 to 262144 bytes, not 0", () -> code.encode(replaced(cells, 0, ErasureCode.NO_CELL)));
        refused("read-only", () -> code.encode(replaced(cells, 4, cells[4].asReadOnlyBuffer())));
        refused("overlap", () -> code.encode(replaced(cells, 4, cells[1])));
        refused("overlap", () -> code.encode(replaced(cells, 4, cells[5].duplicate())));
        var large = new ByteBuffer[] {big(), big(), big(), big(), big(), big()};
        refused("not 262145", () -> code.encode(large));
        assertWhole(stripe, before, "after refusals");
        code.reconstruct(cells, Slots.first(4), Slots.NONE);
    }

    private static ByteBuffer big() {
        return ByteBuffer.allocate(ErasureCode.CELL_BYTES_MAX + 1);
    }

    private static ByteBuffer[] replaced(ByteBuffer[] cells, int at, ByteBuffer cell) {
        var other = cells.clone();
        other[at] = cell;
        return other;
    }

    private static void refused(String complaint, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(complaint);
    }

    private static List<byte[]> contents(Stripe stripe) {
        var contents = new ArrayList<byte[]>();
        for (int i = 0; i < stripe.cells.length; i++) {
            contents.add(stripe.bytes(i));
        }
        return contents;
    }

    private static void assertWhole(Stripe stripe, List<byte[]> whole, String what) {
        for (int i = 0; i < whole.size(); i++) {
            if (!java.util.Arrays.equals(stripe.bytes(i), whole.get(i))) {
                throw new AssertionError("cell " + i + " differs: " + what);
            }
        }
    }
}

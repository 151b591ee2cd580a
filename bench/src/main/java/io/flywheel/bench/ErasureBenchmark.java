package io.flywheel.bench;

import io.flywheel.erasure.Engine;
import io.flywheel.erasure.ErasureCode;
import io.flywheel.erasure.Scheme;
import io.flywheel.erasure.Slots;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Encoding, rebuilding as many data cells as the scheme allows, and checking parity, on one core with stripes of full
/// cells, by every engine of this machine. Rates count the data of the stripes, not their parity.
final class ErasureBenchmark implements Benchmark {
    private static final List<Scheme> SCHEMES = List.of(new Scheme.Rs(8, 4), new Scheme.Rs(4, 2));

    @Override
    public String name() {
        return "erasure";
    }

    @Override
    public String title() {
        return "Reed–Solomon on one core: encode, rebuild m data cells, check parity; cells of 256 KiB, direct buffers";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        var choice = Engine.choose();
        var sides = new ArrayList<Side>();
        for (var scheme : SCHEMES) {
            for (var engine : choice.usable()) {
                var code = new ErasureCode(scheme, engine);
                var cells = stripe(scheme);
                var parity = code.slots().minus(code.dataSlots());
                var lost = Slots.first(scheme.parityShards());
                sides.add(side(side("encode", scheme, engine), scheme, setting, () -> code.encode(cells)));
                sides.add(side(
                        side("rebuild", scheme, engine),
                        scheme,
                        setting,
                        () -> code.reconstruct(
                                cells, code.dataSlots().minus(lost).plus(parity), lost)));
            }
            var code = new ErasureCode(scheme, choice.best());
            var cells = stripe(scheme);
            code.encode(cells);
            sides.add(side("check " + scheme, scheme, setting, () -> {
                if (!code.disagreeing(cells).isEmpty()) {
                    throw new IllegalStateException("the parity is wrong");
                }
            }));
            var plain = stripe(scheme);
            sides.add(side("memcpy " + scheme, scheme, setting, () -> copy(plain, scheme.dataShards())));
        }
        for (var side : sides) {
            side.round().run();
        }
        var report = Report.of(this, Measure.MEBIBYTES, Side.alternate(sides, setting.rounds()));
        return report.with(targets(report, choice), choice.passedOver());
    }

    private static List<Target> targets(Report report, Engine.Choice choice) {
        var targets = new ArrayList<Target>();
        for (var scheme : SCHEMES) {
            for (var engine : choice.usable()) {
                for (String work : List.of("encode", "rebuild")) {
                    String isal = work + " " + scheme + " isal";
                    String side = side(work, scheme, engine);
                    if (engine.name().equals("vector") && report.has(isal)) {
                        targets.add(Target.atLeast(side + " / isal", report.ratio(side, isal), 0.7));
                    }
                }
            }
        }
        return targets;
    }

    private static String side(String work, Scheme scheme, Engine engine) {
        return work + " " + scheme + " " + engine.name();
    }

    private static Side side(String name, Scheme scheme, Setting setting, Runnable stripe) {
        long bytes = (long) scheme.dataShards() * ErasureCode.CELL_BYTES_MAX;
        // Small loops, compiled within a second: the rounds that are thrown away for servers would take minutes.
        return new Side(name, () -> repeat(stripe, bytes, setting.round()), false);
    }

    private static Sample repeat(Runnable stripe, long bytes, Duration duration) {
        return Sample.here((int) bytes, () -> {
            long end = System.nanoTime() + duration.toNanos();
            long stripes = 0;
            while (System.nanoTime() < end) {
                stripe.run();
                stripes++;
            }
            return stripes;
        });
    }

    private static void copy(ByteBuffer[] cells, int count) {
        for (int i = 0; i < count; i++) {
            var to = cells[(i + 1) % count];
            to.put(0, cells[i], 0, cells[i].capacity());
        }
    }

    private static ByteBuffer[] stripe(Scheme scheme) {
        var random = new Random(1);
        var cells = new ByteBuffer[scheme.shards()];
        for (int i = 0; i < cells.length; i++) {
            var content = new byte[ErasureCode.CELL_BYTES_MAX];
            random.nextBytes(content);
            cells[i] = ByteBuffer.allocateDirect(ErasureCode.CELL_BYTES_MAX + 4096)
                    .alignedSlice(4096)
                    .slice(0, ErasureCode.CELL_BYTES_MAX)
                    .put(0, content);
        }
        return cells;
    }
}

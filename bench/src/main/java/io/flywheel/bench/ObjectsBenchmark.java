package io.flywheel.bench;

import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.Content;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/// Objects of 16 MiB as `rs(4,2)` on six disks beside whole ones on one, on a RAM disk: written, read, and read
/// with two disks gone.
final class ObjectsBenchmark implements Benchmark {
    private static final int OBJECT_BYTES = 16 << 20;
    private static final Scheme ONE = new Scheme.Copies(1);
    private static final Scheme CODED = new Scheme.Rs(4, 2);

    @Override
    public String name() {
        return "objects";
    }

    @Override
    public String title() {
        return "objects of 16 MiB, one caller, no frontend: rs(4,2) on six disks beside copies(1) on one";
    }

    @Override
    public Report run(Setting setting) throws Exception {
        byte[] bytes = new byte[OBJECT_BYTES];
        new Random(1).nextBytes(bytes);
        try (var scratch = Flywheel.Scratch.in(setting.ram());
                var one = new BenchFleet(scratch.path().resolve("one"), ONE, BenchFleet.asTheyAre(ONE));
                var coded = new BenchFleet(scratch.path().resolve("coded"), CODED, BenchFleet.asTheyAre(CODED))) {
            Content whole = one.put(bytes);
            Content striped = coded.put(bytes);
            var report = Report.of(
                    this,
                    Measure.MEBIBYTES,
                    Side.alternate(
                            List.of(
                                    new Side("put copies(1)", () -> put(one, bytes, setting.round())),
                                    new Side("put rs(4,2)", () -> put(coded, bytes, setting.round())),
                                    new Side("get copies(1)", () -> get(one, whole, setting.round())),
                                    new Side("get rs(4,2)", () -> get(coded, striped, setting.round())),
                                    new Side("get rs(4,2), two gone", () -> getDegraded(coded, striped, setting))),
                            setting.rounds()));
            return report.with(
                    List.of(
                            target(report, "put rs(4,2)", "put copies(1)", 0.7),
                            target(report, "get rs(4,2)", "get copies(1)", 0.7),
                            target(report, "get rs(4,2), two gone", "get copies(1)", 0.5)),
                    List.of("puts take MD5 as well; two gone: of the first two data shards"));
        }
    }

    private static Target target(Report report, String side, String beside, double bound) {
        return Target.atLeast(side + " / " + beside + ", per second", report.perSecondRatio(side, beside), bound);
    }

    private static Sample put(BenchFleet fleet, byte[] bytes, Duration round) {
        var sample = Sample.here(bytes.length, () -> {
            long end = System.nanoTime() + round.toNanos();
            long puts = 0;
            while (System.nanoTime() < end) {
                fleet.remove(fleet.put(bytes));
                puts++;
                if (puts % 8 == 0) {
                    fleet.reclaim();
                }
            }
            return puts;
        });
        fleet.reclaim();
        return sample;
    }

    private static Sample getDegraded(BenchFleet fleet, Content content, Setting setting) {
        fleet.keep(List.of(2, 3, 4, 5));
        try {
            return get(fleet, content, setting.round());
        } finally {
            fleet.keep(List.of(0, 1, 2, 3, 4, 5));
        }
    }

    private static Sample get(BenchFleet fleet, Content content, Duration round) {
        return Sample.here(OBJECT_BYTES, () -> {
            long end = System.nanoTime() + round.toNanos();
            long gets = 0;
            long sum = 0;
            while (System.nanoTime() < end) {
                sum += fleet.get(content, OBJECT_BYTES);
                gets++;
            }
            if (sum == 0) {
                throw new IllegalStateException("the object is not made of zeros");
            }
            return gets;
        });
    }
}

package io.flywheel.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Pages of 1,000 entries: what one costs must not depend on what the bucket holds besides.
final class ListBenchmark implements Benchmark {
    private static final int PAGE = 1000;
    private static final int SMALL = 10_000;
    private static final int LARGE = 1_000_000;
    private static final int CONNECTIONS = 4;
    private static final int FOLDERS = 1000;
    private static final double TARGET_CPU_MILLIS = 2;
    private static final double TARGET_RATIO = 1.5;

    @Override
    public String name() {
        return "list";
    }

    @Override
    public String title() {
        return "ListObjectsV2 page of 1,000 entries, server CPU per page";
    }

    /// A bucket, how it is filled, and the pages that are asked for.
    ///
    /// @param base the case it is compared with; itself for a base
    private record Case(
            String name, String bucket, boolean versioned, String base, Fill fill, List<Map<String, String>> pages) {}

    private interface Fill {
        void into(Filling filling, String bucket) throws Exception;
    }

    @Override
    public Report run(Setting setting) throws Exception {
        int large = setting.scaled(LARGE);
        var cases = cases(large);
        try (var scratch = Flywheel.Scratch.in(setting.ram())) {
            var data = scratch.path().resolve("data");
            try (var flywheel = Flywheel.start(setting, data)) {
                for (var one : cases) {
                    flywheel.createBucket(one.bucket());
                    if (one.versioned()) {
                        flywheel.enableVersioning(one.bucket());
                    }
                }
            }
            long begin = System.nanoTime();
            try (var opened = NamespaceFolder.open(data)) {
                var filling = new Filling(opened.namespace());
                for (var one : cases) {
                    one.fill().into(filling, one.bucket());
                }
            }
            double fillSeconds = (System.nanoTime() - begin) / 1e9;
            try (var flywheel = Flywheel.start(setting, data);
                    var load = new LoadGenerator(1)) {
                return measure(setting, cases, flywheel, load)
                        .noting("the buckets were filled in this process through the namespace's contract while no"
                                + " server ran, in %.0f s; %,d keys where it says 1 million"
                                        .formatted(fillSeconds, large));
            }
        }
    }

    private Report measure(Setting setting, List<Case> cases, Flywheel flywheel, LoadGenerator load) throws Exception {
        var sides = new ArrayList<Side>();
        for (var one : cases) {
            var requests = new ArrayList<Request>();
            for (var page : one.pages()) {
                check(flywheel, one, page);
                requests.add(flywheel.requests().query("/" + one.bucket(), page));
            }
            var pages = new LoadGenerator.Load(CONNECTIONS, connection -> cycle(requests, connection));
            sides.add(new Side(one.name(), () -> load.run(flywheel.process(), pages, setting.round())));
        }
        var report = Report.of(this, Measure.CPU_MILLIS, Side.alternate(sides, setting.rounds()));
        var targets = new ArrayList<Target>();
        for (var one : cases) {
            targets.add(Target.atMost("CPU ms, " + one.name(), report.median(one.name()), TARGET_CPU_MILLIS));
            if (!one.base().equals(one.name())) {
                targets.add(Target.atMost(
                        one.name() + " / " + one.base(), report.ratio(one.name(), one.base()), TARGET_RATIO));
            }
        }
        return report.with(targets, List.of());
    }

    private static List<Case> cases(int large) {
        var flat = "10,000 keys";
        var folders = "delimiter, 1,000 folders x 10";
        var cases = new ArrayList<Case>();
        cases.add(new Case(
                flat,
                "small",
                false,
                flat,
                (filling, bucket) -> filling.put(bucket, SMALL, ListBenchmark::key),
                pages(SMALL)));
        cases.add(new Case(
                "1 million keys",
                "large",
                false,
                flat,
                (filling, bucket) -> filling.put(bucket, large, ListBenchmark::key),
                pages(large)));
        cases.add(new Case(
                folders,
                "small-folders",
                false,
                folders,
                (filling, bucket) -> filling.put(bucket, SMALL, ListBenchmark::inFolder),
                List.of(page(Map.of("delimiter", "%2F")))));
        cases.add(new Case(
                "delimiter, 1,000 folders x 1,000",
                "folders",
                false,
                folders,
                (filling, bucket) -> filling.put(bucket, large, ListBenchmark::inFolder),
                List.of(page(Map.of("delimiter", "%2F")))));
        cases.add(new Case(
                "after deleting 1 million keys",
                "deleted",
                false,
                flat,
                (filling, bucket) -> {
                    filling.put(bucket, large + SMALL, ListBenchmark::key);
                    filling.delete(bucket, large, ListBenchmark::key);
                },
                List.of(page(Map.of()))));
        cases.add(new Case(
                "beside 1 million versions of a key",
                "versions",
                true,
                flat,
                (filling, bucket) -> {
                    filling.put(bucket, SMALL, ListBenchmark::key);
                    filling.put(bucket, large, _ -> key(PAGE / 2));
                },
                List.of(page(Map.of()))));
        return cases;
    }

    private static String key(int i) {
        return "some/usual/prefix/object-%08d".formatted(i);
    }

    private static String inFolder(int i) {
        return "folder-%04d/object-%06d".formatted(i % FOLDERS, i / FOLDERS);
    }

    /// Pages from all over the bucket.
    private static List<Map<String, String>> pages(int keys) {
        var pages = new ArrayList<Map<String, String>>();
        int starts = Math.min(64, keys / PAGE);
        for (int i = 0; i < starts; i++) {
            var after = key((int) ((long) i * (keys - PAGE) / starts)).replace("/", "%2F");
            pages.add(page(Map.of("start-after", after)));
        }
        return pages;
    }

    private static Map<String, String> page(Map<String, String> more) {
        var query = new LinkedHashMap<>(more);
        query.put("list-type", "2");
        query.put("max-keys", Integer.toString(PAGE));
        return query;
    }

    /// The page must have what is counted: 1,000 entries.
    private static void check(Flywheel flywheel, Case one, Map<String, String> page) throws Exception {
        var body = flywheel.requests().call("GET", "/" + one.bucket(), page, new byte[0]);
        int entries = body.split("<Key>|<CommonPrefixes>", -1).length - 1;
        if (entries != PAGE) {
            throw new IllegalStateException("%s: a page of %d entries: %s"
                    .formatted(one.name(), entries, body.substring(0, Math.min(500, body.length()))));
        }
    }

    private static Supplier<Request> cycle(List<Request> requests, int from) {
        var position = new int[] {from};
        return () -> requests.get(position[0]++ % requests.size());
    }
}

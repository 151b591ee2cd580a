package io.flywheel.loadtest.runfile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.flywheel.base.Nearest;
import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.api.Settings;
import io.flywheel.loadtest.bundle.BundleLimits;
import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.pack.Pack;
import io.flywheel.loadtest.result.GeneratorLimits;
import io.flywheel.loadtest.result.Threshold;
import io.flywheel.loadtest.schedule.Mix;
import io.flywheel.loadtest.schedule.Stage;
import io.flywheel.loadtest.schedule.Trace;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// What a run is to do, as its file says it.
///
/// @param target where the service is
/// @param seed of everything random in the run
/// @param blend weights by transaction; empty: all alike
/// @param data files of data by the name of the series
/// @param capacity how it is searched for
/// @param canary how it watches
/// @param interval of the timeline
/// @param places where transactions are named, by `blend.NAME` and the like: file and line
public record RunFile(
        Path file,
        String target,
        long seed,
        Source source,
        Map<String, BigDecimal> blend,
        LoadSection load,
        Settings settings,
        Map<String, DataFile> data,
        List<Threshold> thresholds,
        GeneratorLimits limits,
        CapacitySection capacity,
        CanarySection canary,
        Duration interval,
        Map<String, String> places) {

    /// Of a weight, before or after its point.
    private static final int DIGITS_MAX = 20;
    private static final List<String> JVM_OPTIONS = List.of("-D", "-X", "--add-");

    /// Where the transactions are.
    public sealed interface Source {
        /// A built-in pack.
        record OfPack(String name, Pack.Configured configured) implements Source {}

        /// Jars with annotated classes.
        ///
        /// @param limits of the process of each
        record OfBundles(List<Path> jars, BundleLimits limits) implements Source {
            public OfBundles {
                jars = List.copyOf(jars);
            }
        }
    }

    /// A series of data in a CSV file.
    public record DataFile(Path file, Feed.Order order) {}

    public RunFile {
        blend = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(blend));
        data = Map.copyOf(data);
        thresholds = List.copyOf(thresholds);
        places = Map.copyOf(places);
    }

    /// @param packs that there are
    /// @throws RunFileRefused with everything that is wrong
    public static RunFile read(Path file, List<Pack> packs) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new RunFileRefused(List.of("the run file " + file + " cannot be read"));
        }
        Config config;
        try {
            config = ConfigFactory.parseFile(
                            file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
                    .resolve();
        } catch (ConfigException e) {
            throw new RunFileRefused(List.of(String.valueOf(e.getMessage())));
        }
        var problems = new ArrayList<String>();
        var run = read(file, new Section("", config.root(), problems), packs);
        if (!problems.isEmpty()) {
            throw new RunFileRefused(problems);
        }
        return run;
    }

    private static RunFile read(Path file, Section root, List<Pack> packs) {
        Path folder = file.toAbsolutePath().getParent();
        Path from = folder == null ? Path.of("/") : folder;
        if (!root.has("target")) {
            root.problem("", "target is missing: where the service is, such as http://127.0.0.1:8080");
        }
        var target = root.parsed("target", RunFile::target).orElse("http://127.0.0.1");
        if (root.has("pack") && !target.startsWith("http://") && !target.startsWith("https://")) {
            root.problem("target", "'" + target + "' is not such as http://127.0.0.1:8080, which a pack wants");
        }
        long seed = root.number("seed", Long.MIN_VALUE, Long.MAX_VALUE).orElse(1L);
        var source = source(root, packs, from);
        if (!root.has("load")) {
            root.problem("", "load is missing: how much, when; such as load { rate = 10/s, duration = 1m }");
        }
        var load = root.section("load").map(section -> LoadSection.read(section, from));
        var settings = new Settings(root.section("settings").map(Section::all).orElse(Map.of()));
        String pack = root.text("pack", "");
        var places = new HashMap<String, String>();
        var blend = new LinkedHashMap<String, BigDecimal>();
        root.section("blend").ifPresent(section -> blend(section, "", pack + ".", blend, places));
        var data = data(root.section("data"), from);
        var thresholds = ThresholdSection.read(root.section("thresholds"), pack, places);
        var limits = limits(root.section("generator"));
        var capacity = root.section("capacity").map(CapacitySection::read).orElseGet(CapacitySection::usual);
        var canary = root.section("canary")
                .map(section -> CanarySection.read(section, file.toAbsolutePath(), pack, places))
                .orElseGet(() -> CanarySection.usual(file.toAbsolutePath()));
        var interval = root.duration("interval", Duration.ofMillis(100), Duration.ofHours(1))
                .orElse(Duration.ofSeconds(1));
        root.done();
        return new RunFile(
                file,
                target,
                seed,
                source.orElse(new Source.OfBundles(List.of(from), BundleLimits.USUAL)),
                blend,
                load.orElseGet(() -> LoadSection.read(
                        new Section(
                                "load",
                                ConfigFactory.parseString("rate=1,duration=1s").root(),
                                new ArrayList<>()),
                        from)),
                settings,
                data,
                thresholds,
                limits,
                capacity,
                canary,
                interval,
                places);
    }

    private static String target(String text) {
        try {
            var uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme());
            boolean http = scheme.equals("http") || scheme.equals("https");
            if (http && uri.getHost() == null) {
                throw new IllegalArgumentException(
                        "'" + text + "' has no host, wanted is such as http://127.0.0.1:8080");
            }
            if (uri.getScheme() == null || uri.getRawSchemeSpecificPart().isEmpty()) {
                throw new IllegalArgumentException("'" + text + "' is not an address such as http://127.0.0.1:8080");
            }
            return text;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + text + "' is not an address such as http://127.0.0.1:8080", e);
        }
    }

    private static Optional<Source> source(Section root, List<Pack> packs, Path folder) {
        for (String key : List.of("data", "settings", "process")) {
            if (root.has("pack") && root.has(key)) {
                root.problem(key, "it is for transactions of bundles, a pack has no use for it");
            }
        }
        var names = packs.stream().map(Pack::name).sorted().toList();
        var byName = new LinkedHashMap<String, Pack>();
        packs.forEach(pack -> byName.put(pack.name(), pack));
        boolean hasPack = root.has("pack");
        int sources = (hasPack ? 1 : 0) + (root.has("bundle") ? 1 : 0) + (root.has("bundles") ? 1 : 0);
        if (sources != 1) {
            root.problem(
                    "",
                    "it wants either bundle, a jar with transactions, or bundles, a list of such, or pack, one of "
                            + String.join(", ", names));
        }
        if (!hasPack) {
            var limits = bundleLimits(root.section("process"));
            var jars = root.has("bundles")
                    ? root.texts("bundles")
                    : root.text("bundle").stream().toList();
            if (root.has("bundles") && jars.isEmpty()) {
                root.problem("bundles", "there is no bundle");
            }
            return jars.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Source.OfBundles(
                            jars.stream().map(folder::resolve).toList(), limits));
        }
        return root.text("pack").flatMap(name -> {
            Pack pack = byName.get(name);
            if (pack == null) {
                root.problem(
                        "pack",
                        "there is no pack '" + name + "', there are " + String.join(", ", names) + "."
                                + Nearest.hint(name, names));
                // Its section is not an unknown key of its own.
                root.section(name);
                return Optional.empty();
            }
            var section = root.section(name).orElseGet(() -> root.empty(name));
            var configured = pack.read(section);
            section.done();
            return Optional.of(new Source.OfPack(name, configured));
        });
    }

    /// A transaction may be called by its name alone, or after its pack: `s3.get` is `get`.
    ///
    /// @param path of the object within the blend, with a point at its end
    private static void blend(
            Section weights, String path, String pack, Map<String, BigDecimal> blend, Map<String, String> places) {
        for (String key : weights.keys()) {
            if (weights.isObject(key)) {
                weights.section(key).ifPresent(inner -> blend(inner, path + key + ".", pack, blend, places));
                continue;
            }
            String said = path + key;
            String name = said.startsWith(pack) && pack.length() > 1 ? said.substring(pack.length()) : said;
            places.putIfAbsent("blend." + name, weights.where(key));
            weights.parsed(key, text -> {
                        String number = text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
                        var weight = new BigDecimal(number.strip());
                        if (weight.signum() < 0) {
                            throw new IllegalArgumentException("a weight is not below 0");
                        }
                        if (Math.abs((long) weight.scale()) > DIGITS_MAX || weight.precision() > DIGITS_MAX) {
                            throw new IllegalArgumentException(
                                    "it is too small or too large, wanted is a weight such as 70, 20, 9.5, 0.5");
                        }
                        return weight;
                    })
                    .ifPresent(weight -> blend.put(name, weight));
        }
    }

    private static Map<String, DataFile> data(Optional<Section> section, Path folder) {
        var data = new LinkedHashMap<String, DataFile>();
        section.ifPresent(all -> {
            for (String name : all.keys()) {
                all.section(name).ifPresent(one -> {
                    var order = one.choice("order", Feed.Order.class).orElse(Feed.Order.SEQUENTIAL);
                    if (!one.has("file")) {
                        one.problem("", "file is missing: a CSV file");
                    }
                    one.text("file").ifPresent(text -> {
                        Path file = folder.resolve(text);
                        if (!Files.isReadable(file)) {
                            one.problem("file", file + " cannot be read");
                        }
                        data.put(name, new DataFile(file, order));
                    });
                    one.done();
                });
            }
        });
        return data;
    }

    private static BundleLimits bundleLimits(Optional<Section> section) {
        var usual = BundleLimits.USUAL;
        return section.map(limits -> {
                    var read = new BundleLimits(
                            limits.bytes("memory", 16L << 20, 1L << 40).orElse(usual.memoryBytes()),
                            limits.duration("setup", Duration.ofSeconds(1), Duration.ofDays(1))
                                    .orElse(usual.setup()),
                            limits.duration("teardown", Duration.ofSeconds(1), Duration.ofDays(1))
                                    .orElse(usual.teardown()),
                            limits.duration("silence", Duration.ofSeconds(3), Duration.ofHours(1))
                                    .orElse(usual.silence()),
                            limits.texts("options"));
                    for (String option : read.options()) {
                        if (JVM_OPTIONS.stream().noneMatch(option::startsWith)) {
                            limits.problem(
                                    "options",
                                    "'" + option + "' is no option of a JVM that a bundle may have: they begin with "
                                            + String.join(", ", JVM_OPTIONS));
                        }
                    }
                    limits.done();
                    return read;
                })
                .orElse(usual);
    }

    private static GeneratorLimits limits(Optional<Section> section) {
        var usual = GeneratorLimits.USUAL;
        return section.map(limits -> {
                    var read = new GeneratorLimits(
                            limits.duration("lag", Duration.ofNanos(1_000), Duration.ofHours(1))
                                    .map(Duration::toNanos)
                                    .orElse(usual.lagNanosMax()),
                            limits.share("cpu").orElse(usual.cpuShareMax()),
                            limits.duration("pause", Duration.ofNanos(1_000), Duration.ofHours(1))
                                    .map(Duration::toNanos)
                                    .orElse(usual.pauseNanosMax()),
                            limits.share("pauses").orElse(usual.pauseShareMax()));
                    limits.done();
                    return read;
                })
                .orElse(usual);
    }

    /// The weights of these transactions: those that the blend says, or all alike.
    ///
    /// @throws RunFileRefused when the blend or a threshold names another one, or the blend has no weight
    public List<BigDecimal> weights(List<String> transactions) {
        var problems = new ArrayList<String>();
        blend.keySet().forEach(name -> known(name, "blend", transactions, "", problems));
        for (Threshold threshold : thresholds) {
            threshold.series().ifPresent(name -> known(name, "thresholds", transactions, "all, ", problems));
        }
        for (Stage stage : load.stages()) {
            if (stage instanceof Stage.Replay(var trace)) {
                recorded(trace, transactions, problems);
            }
        }
        var weights = transactions.stream()
                .map(name -> blend.isEmpty() ? BigDecimal.ONE : blend.getOrDefault(name, BigDecimal.ZERO))
                .toList();
        if (problems.isEmpty()) {
            try {
                new io.flywheel.loadtest.schedule.Blend(weights, seed);
            } catch (IllegalArgumentException e) {
                problems.add(file + ": blend: " + e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new RunFileRefused(problems.stream().distinct().toList());
        }
        return weights;
    }

    /// Notes the name of a transaction, or in a threshold of a part of one, that there is not.
    private void known(String name, String where, List<String> transactions, String also, List<String> problems) {
        int slash = where.equals("thresholds") ? name.indexOf('/') : -1;
        if (!transactions.contains(slash < 0 ? name : name.substring(0, slash))) {
            String key = where + "." + name;
            problems.add(places.getOrDefault(key, file.toString()) + ": " + key + ": there is no such transaction."
                    + Nearest.hint(name, transactions) + " There are " + also + String.join(", ", transactions) + ".");
        }
    }

    private static void recorded(Trace trace, List<String> transactions, List<String> problems) {
        for (int i = 0; i < trace.names().size(); i++) {
            String name = trace.names().get(i);
            if (!transactions.contains(name)) {
                problems.add(trace.places().get(i) + ": there is no transaction '" + name + "'."
                        + Nearest.hint(name, transactions) + " There are " + String.join(", ", transactions) + ".");
            }
        }
    }

    /// The transactions that a canary runs again and again: those of the blend, and those that have a schedule.
    ///
    /// @throws RunFileRefused when a schedule or the blend names another one
    public List<String> watched(List<String> transactions) {
        var problems = new ArrayList<String>();
        canary.schedules().keySet().stream()
                .sorted()
                .forEach(name -> known(name, "canary.schedules", transactions, "", problems));
        if (!problems.isEmpty()) {
            throw new RunFileRefused(problems);
        }
        var weights = weights(transactions);
        return IntStream.range(0, transactions.size())
                .filter(i -> weights.get(i).signum() > 0 || canary.schedules().containsKey(transactions.get(i)))
                .mapToObj(transactions::get)
                .toList();
    }

    /// What the engine needs of it.
    public LoadPlan plan(List<BigDecimal> weights) {
        long drawn = load.draw() == 0 ? seed : Mix.of(seed, load.draw());
        return new LoadPlan(
                        load.model(),
                        load.profile(),
                        load.spacing(),
                        weights,
                        drawn,
                        load.inFlightMax(),
                        load.warmup(),
                        load.drain())
                .numberedAs(load.draw());
    }

    /// The same at one rate, as a search for the capacity measures it. A threshold of the throughput says nothing then:
    /// at a low rate none is reached.
    ///
    /// @param draw of arrivals, transactions, keys and sizes
    /// @param interval of the timeline
    public RunFile probe(double perSecond, Duration measured, int draw, Duration interval) {
        var held = thresholds.stream()
                .filter(threshold -> !(threshold instanceof Threshold.Throughput))
                .toList();
        return new RunFile(
                file,
                target,
                seed,
                source,
                blend,
                load.at(perSecond, capacity.settle(), measured, draw),
                settings,
                data,
                held,
                limits,
                capacity,
                canary,
                interval,
                places);
    }
}

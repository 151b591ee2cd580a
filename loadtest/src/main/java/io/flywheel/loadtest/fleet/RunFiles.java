package io.flywheel.loadtest.fleet;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.flywheel.loadtest.bundle.BundleFiles;
import io.flywheel.loadtest.runfile.RunFile;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// What agents need of a run: its file with everything in it resolved, and the files that it names, under other names.
/// They are known by their SHA-256.
final class RunFiles {
    /// A file that agents get.
    record Sent(String name, Path file, long bytes, String sha256) {}

    static final int FILES_MAX = 20_000;
    private static final int NAME_MAX = 100;

    private final String text;
    private final List<Sent> files;

    private RunFiles(String text, List<Sent> files) {
        this.text = text;
        this.files = List.copyOf(files);
    }

    /// @param runFile one that was read without problems
    static RunFiles of(Path runFile) throws IOException {
        return of(runFile, ConfigFactory.parseFile(runFile.toFile()).resolve());
    }

    /// Of a probe of a search.
    static RunFiles ofProbe(RunFile probe) throws IOException {
        var load = probe.load();
        var written = Map.of(
                "rate", new BigDecimal(load.profile().highestRate()).toPlainString() + "/s",
                "duration", nanos(load.length()),
                "warmup", nanos(load.warmup()),
                "drain", nanos(load.drain()),
                "arrivals", load.spacing().name().toLowerCase(Locale.ROOT),
                "in-flight-max", load.inFlightMax(),
                "draw", load.draw());
        return of(
                probe.file(),
                ConfigFactory.parseFile(probe.file().toFile())
                        .resolve()
                        .withValue("load", ConfigValueFactory.fromMap(written))
                        .withValue("interval", ConfigValueFactory.fromAnyRef(nanos(probe.interval()))));
    }

    private static String nanos(Duration duration) {
        return duration.toNanos() + "ns";
    }

    private static RunFiles of(Path runFile, Config resolved) throws IOException {
        Path folder = Objects.requireNonNullElse(runFile.toAbsolutePath().getParent(), Path.of("/"));
        var files = new ArrayList<Sent>();
        Config config = resolved;
        if (config.hasPath("bundle")) {
            String jar = bundle(config.getString("bundle"), folder, files);
            config = config.withValue("bundle", ConfigValueFactory.fromAnyRef(jar));
        }
        if (config.hasPath("bundles")) {
            var jars = new ArrayList<String>();
            for (String jar : config.getStringList("bundles")) {
                jars.add(bundle(jar, folder, files));
            }
            config = config.withValue("bundles", ConfigValueFactory.fromIterable(jars));
        }
        for (String certificates : List.of("s3.ca", "http.ca")) {
            if (config.hasPath(certificates)) {
                config = replace(config, certificates, folder, files);
            }
        }
        if (config.hasPath("data")) {
            for (String series : config.getObject("data").keySet()) {
                config = replace(config, "data." + ConfigUtil.quoteString(series) + ".file", folder, files);
            }
        }
        if (config.hasPath("load.stages")) {
            var stages = new ArrayList<ConfigValue>();
            for (Config stage : config.getConfigList("load.stages")) {
                stages.add((stage.hasPath("replay") ? replace(stage, "replay", folder, files) : stage).root());
            }
            config = config.withValue("load.stages", ConfigValueFactory.fromIterable(stages));
        }
        if (files.size() > FILES_MAX) {
            throw new IOException("the run needs " + files.size() + " files, at most " + FILES_MAX + " can be sent");
        }
        return new RunFiles(config.root().render(ConfigRenderOptions.concise()), files);
    }

    private static Config replace(Config config, String path, Path folder, List<Sent> files) throws IOException {
        return config.withValue(path, ConfigValueFactory.fromAnyRef(sent(config.getString(path), folder, files)));
    }

    /// The name under which agents get a bundle. Its libraries lie to it as they do here, and to no other's.
    private static String bundle(String said, Path folder, List<Sent> files) throws IOException {
        var bundle = BundleFiles.of(folder.resolve(said));
        String own = "bundle-" + files.size() + "/";
        for (Path file : bundle.files()) {
            files.add(new Sent(own + bundle.folder().relativize(file), file, Files.size(file), sha256(file)));
        }
        return own + bundle.folder().relativize(bundle.jar());
    }

    /// The name under which agents get a file.
    private static String sent(String said, Path folder, List<Sent> files) throws IOException {
        Path file = folder.resolve(said);
        // The own name says what a file is, also in messages; the number tells those of other folders apart.
        String own = Objects.requireNonNullElse(file.getFileName(), file).toString();
        String fitting = own.replaceAll("[^A-Za-z0-9._-]", "_");
        String name = "file-" + files.size() + "-" + fitting.substring(Math.max(0, fitting.length() - NAME_MAX));
        files.add(new Sent(name, file, Files.size(file), sha256(file)));
        return name;
    }

    /// The run file as agents get it.
    String text() {
        return text;
    }

    List<Sent> files() {
        return files;
    }

    /// Says which run it is: of what and to what everything is sent.
    byte[] identity() {
        var whole = new StringBuilder(text);
        files.forEach(file -> whole.append('\n').append(file.sha256()));
        return digest().digest(whole.toString().getBytes(StandardCharsets.UTF_8));
    }

    static String sha256(Path file) throws IOException {
        var digest = digest();
        try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

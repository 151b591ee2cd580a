package io.flywheel.server;

import static io.flywheel.server.ConfigurationKey.*;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import io.flywheel.base.Nearest;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.StorageSchemes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Everything that can be set, concluded once at the start and then fixed.
///
/// @param domains the names under which buckets are addressed as {@code BUCKET.NAME}
/// @param uploadsExpire the age at which a multipart upload that nobody completed is aborted
/// @param metricsToken what {@code /-/metrics} asks for off loopback; without one it is closed there
/// @param diskWatermark the share of the disk, 0 to 0.5, that PUTs leave free
/// @param reclaimBytesPerSecond what reclamation may write while plenty of the disk is free
/// @param schemes of storage classes that do not have what suits the disks
/// @param repairGrace how long a disk may be away before what it held is rebuilt elsewhere
/// @param repairBytesPerSecond what rebuilding and moving may read from each disk while others use it
/// @param auditGrace how long what nothing references stays before it is deleted
/// @param auditPeriod how often the disks are compared with the namespace
/// @param scrubPeriod in which every byte is read and verified
/// @param connectionsMax open connections
/// @param inFlightBytesMax memory for the bodies of all requests in flight
/// @param headerBytesMax bytes of a request's line and headers
/// @param uploadBytesPerSecondMin a body that comes slower is cut off
/// @param idleTimeout how long a connection without a request stays open
/// @param shutdownGrace how long requests in flight may take after a signal to stop
record Configuration(
        ListenAddress address,
        String region,
        List<String> domains,
        Optional<Tls> tls,
        Duration uploadsExpire,
        Optional<String> metricsToken,
        double diskWatermark,
        long reclaimBytesPerSecond,
        Map<String, Scheme> schemes,
        Duration repairGrace,
        long repairBytesPerSecond,
        Duration auditGrace,
        Duration auditPeriod,
        Duration scrubPeriod,
        int connectionsMax,
        long inFlightBytesMax,
        int headerBytesMax,
        long uploadBytesPerSecondMin,
        Duration idleTimeout,
        Duration shutdownGrace) {

    /// A certificate chain and its private key, both PEM.
    record Tls(Path cert, Path key) {}

    private static final Pattern REGION_NAME = Pattern.compile("[a-z0-9-]{1,64}");
    private static final Pattern DOMAIN_NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    Configuration {
        domains = List.copyOf(domains);
        schemes = Map.copyOf(schemes);
    }

    /// What the file says, overridden by the flags, on top of the defaults.
    ///
    /// @param flags values by key, checked already
    /// @throws StartRefused naming the file, the line and the key that is wrong
    static Configuration of(Optional<Path> file, Map<ConfigurationKey, Object> flags) {
        var standards = new HashMap<String, Object>();
        for (var key : ConfigurationKey.values()) {
            standards.put(
                    key.path(),
                    switch (key.standard()) {
                        case "[]" -> List.of();
                        case "{}" -> Map.of();
                        default -> key.standard();
                    });
        }
        var overrides = new HashMap<String, Object>();
        flags.forEach((key, value) -> overrides.put(key.path(), value));
        try {
            var config = ConfigFactory.parseMap(overrides, "the command line")
                    .withFallback(file.map(Configuration::read).orElseGet(ConfigFactory::empty))
                    .withFallback(ConfigFactory.parseMap(standards, "the defaults"));
            return conclude(config);
        } catch (ConfigException e) {
            throw StartRefused.configuration("the configuration is wrong: " + e.getMessage());
        }
    }

    private static Config read(Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw StartRefused.configuration("the configuration file " + file + " cannot be read");
        }
        Config config = ConfigFactory.parseFile(
                        file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
                .resolve();
        refuseUnknown("", config.root());
        return config;
    }

    private static void refuseUnknown(String prefix, ConfigObject object) {
        for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
            String path = prefix + entry.getKey();
            if (ConfigurationKey.at(path).isPresent()) {
                continue;
            }
            boolean group = ConfigurationKey.paths().stream().anyMatch(known -> known.startsWith(path + "."));
            if (group && entry.getValue() instanceof ConfigObject inner) {
                refuseUnknown(path + ".", inner);
                continue;
            }
            if (entry.getValue() instanceof ConfigObject inner && !inner.isEmpty() && !group) {
                refuseUnknown(path + ".", inner);
            }
            throw StartRefused.configuration(where(entry.getValue())
                    + ": unknown key '" + path + "'." + Nearest.hint(path, ConfigurationKey.paths())
                    + " docs/configuration.md lists every key.");
        }
    }

    private static String where(ConfigValue value) {
        var origin = value.origin();
        String name = origin.filename() == null ? origin.description() : origin.filename();
        return origin.lineNumber() > 0 ? name + ":" + origin.lineNumber() : name;
    }

    private static Configuration conclude(Config config) {
        return new Configuration(
                parsed(config, ADDRESS, ListenAddress::parse),
                parsed(config, REGION, Configuration::region),
                config.getStringList(DOMAINS.path()).stream()
                        .map(domain -> checked(config, DOMAINS, domain, Configuration::domain))
                        .toList(),
                tls(config),
                duration(config, UPLOADS_EXPIRE, Duration.ofSeconds(1), Duration.ofDays(3650)),
                text(config, METRICS_TOKEN),
                parsed(config, DISK_WATERMARK, Configuration::share),
                bytes(config, DISK_RECLAIM_RATE, 1 << 20, 1L << 40),
                schemes(config),
                duration(config, REPAIR_GRACE, Duration.ZERO, Duration.ofDays(365)),
                bytes(config, REPAIR_RATE, 1 << 20, 1L << 40),
                duration(config, AUDIT_GRACE, Duration.ZERO, Duration.ofDays(365)),
                duration(config, AUDIT_PERIOD, Duration.ofSeconds(1), Duration.ofDays(365)),
                duration(config, SCRUB_PERIOD, Duration.ofSeconds(1), Duration.ofDays(3650)),
                (int) within(config, LIMITS_CONNECTIONS, config.getLong(LIMITS_CONNECTIONS.path()), 1, 1 << 20),
                bytes(config, LIMITS_IN_FLIGHT, 16L << 20, 1L << 40),
                (int) bytes(config, LIMITS_HEADERS, 8 << 10, 1 << 20),
                bytes(config, LIMITS_UPLOAD_RATE, 0, 1 << 30),
                duration(config, LIMITS_IDLE, Duration.ofSeconds(1), Duration.ofDays(1)),
                duration(config, SHUTDOWN_GRACE, Duration.ZERO, Duration.ofHours(1)));
    }

    private static Map<String, Scheme> schemes(Config config) {
        var schemes = new HashMap<String, Scheme>();
        ConfigObject object = config.getObject(STORAGE_CLASSES.path());
        object.forEach((name, value) -> {
            String place = where(value) + ": " + STORAGE_CLASSES.path() + "." + name + ": ";
            if (!StorageSchemes.CLASSES.contains(name)) {
                throw StartRefused.configuration(place + "'" + name + "' is no storage class."
                        + Nearest.hint(name, StorageSchemes.CLASSES) + " There are "
                        + String.join(", ", StorageSchemes.CLASSES) + ".");
            }
            try {
                schemes.put(name, Scheme.parse(String.valueOf(value.unwrapped())));
            } catch (IllegalArgumentException e) {
                throw StartRefused.configuration(place + e.getMessage());
            }
        });
        return schemes;
    }

    private static Optional<Tls> tls(Config config) {
        var cert = text(config, TLS_CERT);
        var key = text(config, TLS_KEY);
        if (cert.isPresent() != key.isPresent()) {
            throw StartRefused.configuration("tls.cert and tls.key go together: only "
                    + (cert.isPresent() ? "tls.cert" : "tls.key") + " is given");
        }
        return cert.map(file -> new Tls(Path.of(file), Path.of(key.orElseThrow())));
    }

    /// A region's name.
    static String region(String text) {
        if (!REGION_NAME.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a region: 1 to 64 lower-case letters, digits and hyphens");
        }
        return text;
    }

    /// A domain's name, in lower case.
    static String domain(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (!DOMAIN_NAME.matcher(lower).matches() || lower.matches("[0-9.]+")) {
            throw new IllegalArgumentException("'" + text + "' is not a domain name");
        }
        return lower;
    }

    private static double share(String text) {
        String digits =
                text.endsWith("%") ? text.substring(0, text.length() - 1).strip() : "";
        if (!digits.matches("[0-9]{1,2}(\\.[0-9]{1,3})?") || Double.parseDouble(digits) > 50) {
            throw new IllegalArgumentException("'" + text + "' is not a share between 0% and 50%");
        }
        return Double.parseDouble(digits) / 100;
    }

    private static Optional<String> text(Config config, ConfigurationKey key) {
        return Optional.of(config.getString(key.path())).filter(text -> !text.isEmpty());
    }

    private static <T> T parsed(Config config, ConfigurationKey key, Function<String, T> parser) {
        return checked(config, key, config.getString(key.path()), parser);
    }

    private static <T> T checked(Config config, ConfigurationKey key, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw refused(config, key, String.valueOf(e.getMessage()));
        }
    }

    private static Duration duration(Config config, ConfigurationKey key, Duration min, Duration max) {
        Duration value = config.getDuration(key.path());
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw refused(config, key, "it must be between " + min + " and " + max);
        }
        return value;
    }

    private static long bytes(Config config, ConfigurationKey key, long min, long max) {
        return within(config, key, config.getBytes(key.path()), min, max);
    }

    private static long within(Config config, ConfigurationKey key, long value, long min, long max) {
        if (value < min || value > max) {
            throw refused(config, key, "it must be between " + min + " and " + max);
        }
        return value;
    }

    private static StartRefused refused(Config config, ConfigurationKey key, String why) {
        return StartRefused.configuration(where(config.getValue(key.path())) + ": " + key.path() + ": " + why);
    }
}

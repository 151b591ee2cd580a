package io.flywheel.server;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Every key a configuration file may have, with its default. docs/configuration.md describes each.
enum ConfigurationKey {
    ADDRESS("address", "127.0.0.1:9000"),
    REGION("region", "us-east-1"),
    DOMAINS("domains", "[]"),
    TLS_CERT("tls.cert", ""),
    TLS_KEY("tls.key", ""),
    UPLOADS_EXPIRE("uploads.expire", "7 days"),
    METRICS_TOKEN("metrics.token", ""),
    DISK_WATERMARK("disk.watermark", "2%"),
    DISK_RECLAIM_RATE("disk.reclaim-rate", "64 MiB"),
    STORAGE_CLASSES("storage-classes", "{}"),
    REPAIR_GRACE("repair.grace", "15 minutes"),
    REPAIR_RATE("repair.rate", "64 MiB"),
    AUDIT_GRACE("audit.grace", "1 hour"),
    AUDIT_PERIOD("audit.period", "1 day"),
    SCRUB_PERIOD("scrub.period", "14 days"),
    LIMITS_CONNECTIONS("limits.connections", "4096"),
    LIMITS_IN_FLIGHT("limits.in-flight", "96 MiB"),
    LIMITS_HEADERS("limits.headers", "16 KiB"),
    LIMITS_UPLOAD_RATE("limits.upload-rate", "1 KiB"),
    LIMITS_IDLE("limits.idle", "5 minutes"),
    SHUTDOWN_GRACE("shutdown.grace", "30 seconds");

    private final String path;
    private final String standard;

    ConfigurationKey(String path, String standard) {
        this.path = path;
        this.standard = standard;
    }

    String path() {
        return path;
    }

    /// The default, as it would stand in a file; an empty text means none, [] an empty list, {} no entries.
    String standard() {
        return standard;
    }

    static Optional<ConfigurationKey> at(String path) {
        return Arrays.stream(values()).filter(key -> key.path.equals(path)).findFirst();
    }

    static List<String> paths() {
        return Arrays.stream(values()).map(ConfigurationKey::path).toList();
    }
}

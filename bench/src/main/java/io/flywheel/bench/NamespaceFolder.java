package io.flywheel.bench;

import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.real.FileDisk;
import io.flywheel.base.real.SecureRandomness;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.namespace.EmbeddedNamespace;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.NamespaceDisk;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The namespace of a stopped server, opened as the server does.
final class NamespaceFolder implements AutoCloseable {
    private static final int LOG_EXTENTS = 32;
    private static final long LOG_EXTENT_BYTES_MAX = 16L << 20;

    private final FileDisk log;
    private final Namespace namespace;

    private NamespaceFolder(FileDisk log, Namespace namespace) {
        this.log = log;
        this.namespace = namespace;
    }

    static NamespaceFolder open(Path data) throws Exception {
        var folder = data.resolve("namespace");
        var identity = JsonMapper.shared().readTree(data.resolve("disk.json").toFile());
        var log = FileDisk.open(folder.resolve("log"), geometry(identity));
        var disk = new NamespaceDisk(DiskId.parse(identity.get("disk").asString()), log, folder);
        var surroundings =
                new EmbeddedNamespace.Surroundings(new ThreadTasks(), new SystemClock(), new SecureRandomness());
        var opened = EmbeddedNamespace.open(disk, false, surroundings, EmbeddedNamespace.Options.DEFAULT);
        return switch (opened) {
            case EmbeddedNamespace.Opened.Ready(var namespace) -> new NamespaceFolder(log, namespace);
            case EmbeddedNamespace.Opened.Refused(var why) -> throw new IllegalStateException(why);
        };
    }

    /// As the server lays out the log on this disk.
    private static Disk.Geometry geometry(JsonNode identity) {
        return new Disk.Geometry(
                LOG_EXTENTS,
                Math.min(LOG_EXTENT_BYTES_MAX, identity.get("extentBytes").asLong()),
                identity.get("sectorBytes").asInt());
    }

    Namespace namespace() {
        return namespace;
    }

    @Override
    public void close() {
        namespace.close();
        log.close();
    }
}

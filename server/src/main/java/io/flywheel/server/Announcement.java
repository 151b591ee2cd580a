package io.flywheel.server;

import io.flywheel.server.admin.ServerFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says beside each disk how to reach the server that has it, as long as it serves. Thread-safe.
final class Announcement {
    private static final Logger LOG = LoggerFactory.getLogger(Announcement.class);

    private final ConcurrentSkipListSet<Path> told = new ConcurrentSkipListSet<>();
    private volatile Optional<ServerFile> file = Optional.empty();

    /// @param address where it listens
    void begin(ListenAddress address, Configuration configuration, Collection<AttachedDisk> disks) {
        for (var disk : disks) {
            if (file.isEmpty()) {
                file = Optional.of(
                        of(address, configuration, disk.directory().identity().store()));
            }
            tell(disk.path());
        }
    }

    /// A disk that joins. One that cannot be told is only worth a warning: operators name the server then.
    void tell(Path disk) {
        file.ifPresent(each -> {
            try {
                each.write(disk);
                told.add(disk);
            } catch (IOException e) {
                LOG.warn("{} will not say which server has it: {}", disk, e.toString());
            }
        });
    }

    /// A disk that leaves.
    void forget(Path disk) {
        if (told.remove(disk)) {
            ServerFile.remove(disk);
        }
    }

    /// Nothing is served any more.
    void end() {
        told.forEach(this::forget);
    }

    private static ServerFile of(ListenAddress address, Configuration configuration, String store) {
        String scheme = configuration.tls().isPresent() ? "https://" : "http://";
        return new ServerFile(
                scheme + reachable(address),
                configuration.region(),
                store,
                ProcessHandle.current().pid(),
                configuration.tls().map(tls -> tls.cert().toAbsolutePath()));
    }

    /// Who listens on every address is reached on loopback.
    private static ListenAddress reachable(ListenAddress address) {
        try {
            var host = InetAddress.getByName(address.host());
            return host.isAnyLocalAddress()
                    ? new ListenAddress(host.getAddress().length == 4 ? "127.0.0.1" : "::1", address.port())
                    : address;
        } catch (UnknownHostException e) {
            return address;
        }
    }
}

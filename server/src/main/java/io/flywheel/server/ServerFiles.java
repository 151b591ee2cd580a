package io.flywheel.server;

import io.flywheel.server.admin.ServerFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.slf4j.LoggerFactory;

/// Says beside each disk how to reach the server that has it.
final class ServerFiles {
    private ServerFiles() {}

    /// A disk that cannot be told is only worth a warning: operators name the server then.
    static void write(ListenAddress address, Configuration configuration, DiskDirectory disk) {
        try {
            of(address, configuration, disk.identity().store()).write(disk.path());
        } catch (IOException e) {
            LoggerFactory.getLogger(ServerFiles.class)
                    .warn("{} will not say which server has it: {}", disk.path(), e.toString());
        }
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

package io.flywheel.loadtest.command;

import java.net.InetSocketAddress;
import java.util.Optional;

/// HOST:PORT on a command line; an IPv6 address is in brackets.
final class HostPort {
    private static final int PORT_MAX = 65_535;

    private HostPort() {}

    static Optional<InetSocketAddress> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        String host = text.substring(0, colon);
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port > PORT_MAX || (host.indexOf(':') >= 0 && !host.startsWith("["))) {
            return Optional.empty();
        }
        return Optional.of(new InetSocketAddress(host.replace("[", "").replace("]", ""), port));
    }
}

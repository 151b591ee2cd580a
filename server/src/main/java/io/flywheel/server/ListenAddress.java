package io.flywheel.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/// Where the server listens.
///
/// @param host a host name or a literal address; an IPv6 one without brackets
/// @param port 0 lets the system pick a free one
record ListenAddress(String host, int port) {
    ListenAddress {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("it has no host");
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("the port " + port + " is not between 0 and 65535");
        }
    }

    /// Reads {@code HOST:PORT} or {@code [IPv6]:PORT}.
    ///
    /// @throws IllegalArgumentException with what is wrong
    static ListenAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("'" + text + "' is not HOST:PORT; an IPv6 address goes in [brackets]");
        }
        String port = text.substring(colon + 1);
        if (port.isEmpty() || port.length() > 5 || !port.chars().allMatch(each -> each >= '0' && each <= '9')) {
            throw new IllegalArgumentException("'" + port + "' in '" + text + "' is not a port number");
        }
        return new ListenAddress(host, Integer.parseInt(port));
    }

    /// The socket address; looks the name up.
    InetSocketAddress resolve() {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw StartRefused.failure("cannot listen on " + this + ": the host " + host + " is not known");
        }
    }

    ListenAddress withPort(int other) {
        return new ListenAddress(host, other);
    }

    /// {@code HOST:PORT} as it stands in a URL.
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}

package io.flywheel.loadtest.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/// Where a service is.
///
/// @param host a name or an address; an IPv6 address without its brackets
/// @param path what every request's path begins with; never ends with a slash
public record Endpoint(String host, int port, boolean tls, String path) {
    /// @param url such as `http://127.0.0.1:9000`
    /// @throws IllegalArgumentException when it is not the URL of a service
    public static Endpoint parse(String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("target: '" + url + "' is not a URL: " + e.getMessage(), e);
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        boolean tls = scheme.equals("https");
        String host = uri.getHost();
        if ((!tls && !scheme.equals("http")) || host == null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "target: '" + url + "' is not a URL such as http://127.0.0.1:9000 or https://example.com");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("target: '" + url + "' has a query or a fragment");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        String path = String.valueOf(uri.getRawPath());
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        boolean bracketed = host.startsWith("[");
        return new Endpoint(bracketed ? host.substring(1, host.length() - 1) : host, port, tls, path);
    }

    /// What a request says as `Host`: without the port where it is the scheme's own.
    public String hostField() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (tls ? 443 : 80) ? name : name + ":" + port;
    }
}

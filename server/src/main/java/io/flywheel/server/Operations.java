package io.flywheel.server;

import io.flywheel.frontend.http.Exchange;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import io.flywheel.frontend.http.Response;
import io.flywheel.frontend.http.Service;
import io.flywheel.server.admin.AdminService;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Predicate;

/// What operators ask on the same port, in front of S3: {@code /-/health/live}, {@code /-/health/ready},
/// {@code /-/metrics} and {@code /-/admin/}. The paths are taken only where the host names no bucket; in path style
/// nothing is lost, since a
/// bucket cannot be called {@code -}.
final class Operations implements Service {
    /// The operation of what is answered here, in logs and metrics.
    static final String NAME = "Operations";

    private static final String PREFIX = "/-/";
    private static final String BEARER = "Bearer ";
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Service s3;
    private final Predicate<String> namesBucket;
    private final Metrics metrics;
    private final AdminService admin;
    private final Optional<String> metricsToken;
    private volatile boolean ready;

    /// @param namesBucket whether a Host (lower case, no port) names a bucket
    Operations(
            Service s3,
            Predicate<String> namesBucket,
            Metrics metrics,
            Optional<String> metricsToken,
            AdminService admin) {
        this.s3 = s3;
        this.namesBucket = namesBucket;
        this.metrics = metrics;
        this.metricsToken = metricsToken;
        this.admin = admin;
    }

    /// Whether balancers should send requests here.
    void ready(boolean value) {
        ready = value;
    }

    @Override
    public void handle(Exchange exchange) {
        metrics.requestBegun();
        var head = exchange.head();
        if (!isReserved(head)) {
            s3.handle(exchange);
        } else if (head.rawPath().startsWith(AdminService.PREFIX)) {
            admin.handle(exchange);
        } else {
            exchange.respond(answer(head));
        }
    }

    /// Whether the request is answered here and not by S3.
    boolean isReserved(RequestHead head) {
        return head.rawPath().startsWith(PREFIX) && !namesBucket.test(head.host());
    }

    private Response answer(RequestHead head) {
        if (!head.method().equals("GET") && !head.isHead()) {
            return text(head, 405, Headers.of("content-type", TEXT, "allow", "GET, HEAD"), "only GET and HEAD\n");
        }
        return switch (head.rawPath()) {
            case "/-/health/live" -> plain(head, 200, "live\n");
            case "/-/health/ready" -> ready ? plain(head, 200, "ready\n") : plain(head, 503, "not ready\n");
            case "/-/metrics" -> metrics(head);
            default -> plain(head, 404, "nothing here; there are /-/health/live, /-/health/ready and /-/metrics\n");
        };
    }

    private Response metrics(RequestHead head) {
        boolean allowed =
                isLocal(head) || metricsToken.map(token -> bears(head, token)).orElse(false);
        if (allowed) {
            return bytes(head, 200, Headers.of("content-type", metrics.contentType()), metrics.text());
        }
        return plain(
                head,
                403,
                metricsToken.isPresent()
                        ? "metrics need the header 'Authorization: Bearer TOKEN' with the token in metrics.token\n"
                        : "metrics are open on loopback only; set metrics.token in the file given by --config and send"
                                + " it as 'Authorization: Bearer TOKEN'\n");
    }

    /// A proxy on this machine speaks for others.
    private static boolean isLocal(RequestHead head) {
        return head.remote().getAddress().isLoopbackAddress()
                && head.headers().first("x-forwarded-for").isEmpty()
                && head.headers().first("forwarded").isEmpty();
    }

    private static boolean bears(RequestHead head, String token) {
        String authorization = head.headers().first("authorization").orElse("");
        // Takes the same time however much of it is right.
        return authorization.startsWith(BEARER)
                && MessageDigest.isEqual(
                        authorization.substring(BEARER.length()).getBytes(StandardCharsets.ISO_8859_1),
                        token.getBytes(StandardCharsets.UTF_8));
    }

    private static Response plain(RequestHead head, int status, String text) {
        return text(head, status, Headers.of("content-type", TEXT), text);
    }

    private static Response text(RequestHead head, int status, Headers headers, String text) {
        return bytes(head, status, headers, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Response bytes(RequestHead head, int status, Headers headers, byte[] body) {
        return head.isHead() ? Response.head(status, headers, body.length) : Response.of(status, headers, body);
    }
}

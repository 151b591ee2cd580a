package io.flywheel.server.admin;

import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.frontend.auth.AuthResult;
import io.flywheel.frontend.auth.SignatureV4;
import io.flywheel.frontend.http.Exchange;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import io.flywheel.frontend.http.Response;
import io.flywheel.namespace.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers what operators ask, in JSON, under {@code /-/admin/v1/}. Every request is signed with the root
/// credentials in its Authorization header, by AWS Signature Version 4 for the service {@code s3} and the region of
/// the store, so that any S3 client can sign it ({@code curl --aws-sigv4}); parameters are in the query, there is
/// no body. Who is not authorised learns nothing, not even which paths there are.
///
/// ```
/// GET   status
/// GET   explain       bucket, key [, version-id, verify, first, limit]
/// POST  disk/add      dir [, node, rack, zone]
/// POST  disk/drain    disk [, cancel]
/// POST  disk/remove   disk [, lost]
/// POST  disk/replace  disk, dir [, node, rack, zone]
/// POST  disk/restore  dir
/// POST  scrub
/// ```
///
/// A disk is meant by its path or its name. Every POST takes {@code dry-run} and {@code store}, the name of the store
/// that it is meant for.
public final class AdminService {
    public static final String PREFIX = "/-/admin/";
    public static final String VERSION = "v1/";
    private static final Logger LOG = LoggerFactory.getLogger(AdminService.class);

    /// Requests that are answered at once; more are told to come back.
    private static final int RUNNING_MAX = 8;

    private final SignatureV4 signatures;
    private final String rootAccessKey;
    private final Tasks tasks;
    private final List<Endpoint> endpoints;
    private final AtomicInteger running = new AtomicInteger();

    /// @param rootAccessKey the only one that may ask
    public AdminService(
            SignatureV4 signatures,
            String rootAccessKey,
            Tasks tasks,
            Random random,
            RunningStore store,
            DiskHost host) {
        this.signatures = signatures;
        this.rootAccessKey = rootAccessKey;
        this.tasks = tasks;
        var all = new ArrayList<Endpoint>();
        all.add(new Endpoint("GET", "status", List.of(), _ -> new StatusReport(store).json()));
        all.add(new Endpoint(
                "GET",
                "explain",
                List.of("bucket", "key", "version-id", "verify", "first", "limit"),
                parameters -> new Explanation(store).json(parameters)));
        var disks = new DiskActions(store, host, tasks, random);
        all.add(action(disks, "disk/add", List.of("dir", "node", "rack", "zone"), disks::add));
        all.add(action(disks, "disk/drain", List.of("disk", "cancel"), disks::drain));
        all.add(action(disks, "disk/remove", List.of("disk", "lost"), disks::remove));
        all.add(action(disks, "disk/replace", List.of("disk", "dir", "node", "rack", "zone"), disks::replace));
        all.add(action(disks, "disk/restore", List.of("dir"), disks::restore));
        all.add(action(disks, "scrub", List.of(), disks::scrub));
        endpoints = List.copyOf(all);
    }

    private static Endpoint action(
            DiskActions disks, String path, List<String> names, Function<Parameters, Json> action) {
        var all = new ArrayList<>(List.of("dry-run", "store"));
        all.addAll(names);
        return new Endpoint("POST", path, all, parameters -> disks.alone(() -> action.apply(parameters)));
    }

    /// Answers a request whose path begins with {@link #PREFIX}. On the event loop: it does not wait.
    public void handle(Exchange exchange) {
        try {
            authorise(exchange.head());
            Endpoint endpoint = endpoint(exchange);
            if (running.incrementAndGet() > RUNNING_MAX) {
                running.decrementAndGet();
                throw new AdminRefusal(503, "SlowDown", "too many of these requests run already; try again");
            }
            tasks.start("admin " + endpoint.path(), () -> {
                try {
                    answer(exchange, endpoint);
                } finally {
                    running.decrementAndGet();
                }
            });
        } catch (AdminRefusal refusal) {
            respond(exchange, refusal.status(), refusal.json());
        }
    }

    /// A signed URL is not enough: URLs end in logs and histories.
    private void authorise(RequestHead head) {
        if (!head.headers().contains("authorization")) {
            throw denied("AccessDenied", "sign the request with the root credentials, in the Authorization header");
        }
        switch (signatures.verify(head)) {
            case AuthResult.Authenticated(var accessKey, var _) when accessKey.equals(rootAccessKey) -> {
                // It is the root account's.
            }
            case AuthResult.Authenticated _ -> throw denied("AccessDenied", "only the root account may do this");
            case AuthResult.Anonymous _ -> throw denied("AccessDenied", "the request is not signed");
            case AuthResult.Rejected(var error) -> throw denied(error.code().s3Code(), error.message());
        }
    }

    private static AdminRefusal denied(String code, String message) {
        return new AdminRefusal(403, code, message);
    }

    private Endpoint endpoint(Exchange exchange) {
        var head = exchange.head();
        String path = head.rawPath().substring(PREFIX.length());
        Endpoint found = endpoints.stream()
                .filter(each -> path.equals(VERSION + each.path()))
                .findFirst()
                .orElseThrow(() -> AdminRefusal.missing("nothing here; there are "
                        + String.join(
                                ", ",
                                endpoints.stream()
                                        .map(each -> PREFIX + VERSION + each.path())
                                        .toList())));
        if (!found.method().equals(head.method())) {
            throw new AdminRefusal(405, "MethodNotAllowed", head.rawPath() + " takes " + found.method() + " only");
        }
        if (exchange.body().contentLength() != 0) {
            throw AdminRefusal.invalid("the request has a body; the parameters are in the query");
        }
        return found;
    }

    private static void answer(Exchange exchange, Endpoint endpoint) {
        try {
            var parameters = Parameters.of(exchange.head().rawQuery(), endpoint.parameters());
            respond(exchange, 200, endpoint.answer().apply(parameters));
        } catch (AdminRefusal refusal) {
            respond(exchange, refusal.status(), refusal.json());
        } catch (Namespace.Unreadable e) {
            respond(
                    exchange,
                    500,
                    new AdminRefusal(500, "InternalError", "the namespace cannot be read: " + e.getMessage()).json());
        } catch (RuntimeException | Error bug) {
            LOG.error("{} {} failed", endpoint.path(), exchange.head().requestId(), bug);
            respond(
                    exchange,
                    500,
                    new AdminRefusal(500, "InternalError", "it failed; the server's log says why").json());
        }
    }

    private static void respond(Exchange exchange, int status, Json json) {
        byte[] body = (json + "\n").getBytes(StandardCharsets.UTF_8);
        var headers = Headers.of("content-type", "application/json", "cache-control", "no-store");
        exchange.respond(
                exchange.head().isHead()
                        ? Response.head(status, headers, body.length)
                        : Response.of(status, headers, body));
    }
}

package io.flywheel.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Clock;
import io.flywheel.base.real.SecureRandomness;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.frontend.auth.Credentials;
import io.flywheel.frontend.auth.SignatureV4;
import io.flywheel.frontend.http.AccessLog;
import io.flywheel.frontend.http.ErrorRenderer;
import io.flywheel.frontend.http.HttpOptions;
import io.flywheel.frontend.http.HttpServer;
import io.flywheel.server.RootCredentials;
import io.flywheel.server.operate.SignedRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who may ask, and what a wrong question is answered with.
final class AdminServiceTest {
    private static final RootCredentials ROOT = new RootCredentials("root-key", "root-secret");
    private static final RootCredentials OTHER = new RootCredentials("other-key", "other-secret");
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final TestStore store = new TestStore();
    private HttpServer server = start(store);

    private static HttpServer start(TestStore store) {
        var tasks = new ThreadTasks();
        var clock = new Clock() {
            @Override
            public long unixMillis() {
                return NOW.toEpochMilli();
            }

            @Override
            public long monotonicNanos() {
                return 0;
            }
        };
        // Both exist; one of them is the root's.
        var known = Map.of(
                ROOT.accessKey(), new Credentials(ROOT.accessKey(), ROOT.secretKey()),
                OTHER.accessKey(), new Credentials(OTHER.accessKey(), OTHER.secretKey()));
        var signatures = new SignatureV4(key -> Optional.ofNullable(known.get(key)), "us-east-1", clock);
        var admin = new AdminService(signatures, ROOT.accessKey(), tasks, new SecureRandomness(), store, store);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return switch (HttpServer.start(
                HttpOptions.on(address), admin::handle, ErrorRenderer.plain(), AccessLog.NONE)) {
            case HttpServer.Start.Started(var http) -> http;
            case HttpServer.Start.Failed(var reason) -> throw new AssertionError(reason);
        };
    }

    @BeforeEach
    void begin() {
        store.put("key");
    }

    @AfterEach
    void end() {
        server.shutdown(Duration.ofSeconds(1));
    }

    private URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.address().getPort());
    }

    private SignedRequest signed(String method, String path, RootCredentials as, Instant at, String... parameters) {
        var query = new TreeMap<String, String>();
        for (int i = 0; i < parameters.length; i += 2) {
            query.put(parameters[i], parameters[i + 1]);
        }
        return SignedRequest.of(method, endpoint(), path, query, as, "us-east-1", at);
    }

    private static HttpResponse<String> send(String method, SignedRequest signed, String body) {
        var request = HttpRequest.newBuilder(signed.url())
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        signed.headers().forEach(request::header);
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> get(String path, String... parameters) {
        return send("GET", signed("GET", path, ROOT, NOW, parameters), "");
    }

    private void shouldRefuse(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        var error = Json.parse(answer.body()).object("error");
        assertThat(error.text("code")).isEqualTo(code);
        assertThat(error.text("message")).isNotEmpty();
        assertThat(answer.body()).doesNotContain("verdict", "/d0", "root-secret");
    }

    @Test
    void shouldAnswerWhoHasTheRootCredentials() {
        var answer = get("/-/admin/v1/status");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
        assertThat(Json.parse(answer.body()).text("verdict")).isEqualTo("healthy");
        var explained = get("/-/admin/v1/explain", "bucket", "bucket", "key", "key", "verify", "true");
        assertThat(Json.parse(explained.body()).objects("blocks")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/-/admin/v1/status", "/-/admin/v1/explain", "/-/admin/v1/nothing", "/-/admin/"})
    void shouldTellNothingToWhoIsNotAuthorised(String path) {
        var unsigned = new SignedRequest(endpoint().resolve(path), Map.of());
        shouldRefuse(403, "AccessDenied", send("GET", unsigned, ""));
        var wrongSecret = new RootCredentials(ROOT.accessKey(), "wrong-secret");
        shouldRefuse(403, "SignatureDoesNotMatch", send("GET", signed("GET", path, wrongSecret, NOW), ""));
        var unknown = new RootCredentials("unknown-key", "root-secret");
        shouldRefuse(403, "InvalidAccessKeyId", send("GET", signed("GET", path, unknown, NOW), ""));
        shouldRefuse(403, "AccessDenied", send("GET", signed("GET", path, OTHER, NOW), ""));
        for (var age : List.of(Duration.ofMinutes(16), Duration.ofMinutes(-16))) {
            var old = signed("GET", path, ROOT, NOW.minus(age));
            shouldRefuse(403, "RequestTimeTooSkewed", send("GET", old, ""));
        }
    }

    @Test
    void shouldRefuseAChangedQueryOrMethodAndASignatureInTheUrl() {
        var signed = signed("GET", "/-/admin/v1/status", ROOT, NOW);
        var changed = new SignedRequest(URI.create(signed.url() + "?x=y"), signed.headers());
        shouldRefuse(403, "SignatureDoesNotMatch", send("GET", changed, ""));
        shouldRefuse(403, "SignatureDoesNotMatch", send("POST", signed, ""));
        var inUrl = new SignedRequest(
                URI.create(signed.url() + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00"), Map.of());
        shouldRefuse(403, "AccessDenied", send("GET", inUrl, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk/add", "disk/drain", "disk/remove", "disk/replace", "disk/restore", "scrub"})
    void shouldChangeNothingForWhoIsNotAuthorised(String action) {
        String path = "/-/admin/v1/" + action;
        var before = store.map;
        for (var as : List.of(OTHER, new RootCredentials(ROOT.accessKey(), "wrong-secret"))) {
            var signed = signed("POST", path, as, NOW, "disk", "/d0", "dir", "/new");
            shouldRefuse(403, as.equals(OTHER) ? "AccessDenied" : "SignatureDoesNotMatch", send("POST", signed, ""));
        }
        assertThat(store.did).isEmpty();
        assertThat(store.map).isSameAs(before);
    }

    @Test
    void shouldChangeByPostOnlyAndForTheStoreThatWasMeant() {
        shouldRefuse(405, "MethodNotAllowed", get("/-/admin/v1/scrub"));
        var other = signed("POST", "/-/admin/v1/scrub", ROOT, NOW, "store", "0".repeat(32));
        shouldRefuse(409, "Refused", send("POST", other, ""));
        var misspelt = signed("POST", "/-/admin/v1/scrub", ROOT, NOW, "dryrun", "true");
        shouldRefuse(400, "InvalidRequest", send("POST", misspelt, ""));
        assertThat(store.did).isEmpty();
        var scrub = send("POST", signed("POST", "/-/admin/v1/scrub", ROOT, NOW, "store", store.name()), "");
        assertThat(scrub.statusCode()).as(scrub.body()).isEqualTo(200);
        assertThat(store.did).containsExactly("scrub");
    }

    @Test
    void shouldSayWhatIsWrongWithARequest() {
        shouldRefuse(404, "NotFound", get("/-/admin/v1/nothing"));
        shouldRefuse(404, "NotFound", get("/-/admin/v2/status"));
        shouldRefuse(404, "NotFound", get("/-/admin/"));
        var posted = signed("POST", "/-/admin/v1/status", ROOT, NOW);
        shouldRefuse(405, "MethodNotAllowed", send("POST", posted, ""));
        shouldRefuse(400, "InvalidRequest", get("/-/admin/v1/status", "verbose", "true"));
        shouldRefuse(404, "NotFound", get("/-/admin/v1/explain", "bucket", "bucket", "key", "other"));
        shouldRefuse(400, "InvalidRequest", get("/-/admin/v1/explain", "bucket", "bucket"));
    }
}

package io.flywheel.server.operate;

import io.flywheel.server.ExitCode;
import io.flywheel.server.RootCredentials;
import io.flywheel.server.StartRefused;
import io.flywheel.server.admin.AdminService;
import io.flywheel.server.admin.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A server that can be asked, and the right to ask it.
final class Connection {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    /// Reading every byte of a large object takes its time.
    private static final Duration ANSWER_MAX = Duration.ofMinutes(30);

    private final URI endpoint;
    private final String region;
    private final RootCredentials credentials;
    private final Optional<String> store;
    private final HttpClient client;

    /// @param store that is wanted; empty for whatever answers
    /// @param ca certificates to trust instead of the usual ones
    Connection(URI endpoint, String region, RootCredentials credentials, Optional<String> store, Optional<Path> ca) {
        this.store = store;
        this.endpoint = endpoint;
        this.region = region;
        this.credentials = credentials;
        var builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_MAX);
        ca.ifPresent(file -> builder.sslContext(PinnedTrust.context(file)));
        client = builder.build();
    }

    /// @param text as it came, on one line
    record Answer(Json json, String text) {}

    URI endpoint() {
        return endpoint;
    }

    /// Asks.
    ///
    /// @param action for example {@code status}
    /// @throws StartRefused when no answer comes, or one that is an error
    Answer get(String action, String... namesAndValues) {
        return send("GET", action, parameters(namesAndValues));
    }

    /// Asks for a change.
    Answer post(String action, SortedMap<String, String> parameters) {
        var all = new TreeMap<>(parameters);
        store.ifPresent(name -> all.put("store", name));
        return send("POST", action, all);
    }

    private static SortedMap<String, String> parameters(String... namesAndValues) {
        var parameters = new TreeMap<String, String>();
        for (int at = 0; at < namesAndValues.length; at += 2) {
            parameters.put(namesAndValues[at], namesAndValues[at + 1]);
        }
        return parameters;
    }

    private Answer send(String method, String action, SortedMap<String, String> parameters) {
        var signed = SignedRequest.of(
                method,
                endpoint,
                AdminService.PREFIX + AdminService.VERSION + action,
                parameters,
                credentials,
                region,
                Instant.now());
        var request = HttpRequest.newBuilder(signed.url())
                .timeout(ANSWER_MAX)
                .method(method, HttpRequest.BodyPublishers.noBody());
        signed.headers().forEach(request::header);
        try {
            var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            return read(answer);
        } catch (ConnectException | HttpTimeoutException e) {
            throw new StartRefused(ExitCode.NOT_RUNNING, "no server answers at " + endpoint + ": " + reason(e));
        } catch (IOException e) {
            throw StartRefused.failure("the server at " + endpoint + " cannot be asked: " + reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StartRefused.failure("interrupted");
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null || e.getMessage().isEmpty() ? "the connection is refused" : e.getMessage();
    }

    private Answer read(HttpResponse<String> answer) {
        Json json;
        try {
            json = Json.parse(answer.body());
        } catch (IllegalArgumentException e) {
            throw StartRefused.failure("what answers at " + endpoint
                    + " is no Flywheel server, or an older one: status " + answer.statusCode());
        }
        if (answer.statusCode() == 200) {
            return new Answer(json, answer.body().strip() + "\n");
        }
        var error = json.object("error");
        throw StartRefused.failure(
                answer.statusCode() == 403
                        ? "the server at " + endpoint + " does not let you: " + error.text("message") + " ("
                                + error.text("code") + "). Its root credentials are needed"
                        : error.text("message"));
    }
}

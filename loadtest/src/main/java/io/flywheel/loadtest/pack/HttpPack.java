package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.http.ClientOptions;
import io.flywheel.loadtest.runfile.Section;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Plain requests to any HTTP service, each a transaction of the run file's own naming.
public final class HttpPack implements Pack {
    /// A request and what its answer should be.
    ///
    /// @param status empty: any that means success
    /// @param bytes the body's length
    /// @param contains a text in the body's first MiB
    record Wanted(
            String name,
            Method method,
            String path,
            Map<String, String> fields,
            byte[] body,
            Optional<Integer> status,
            Optional<Long> bytes,
            Optional<String> contains) {}

    enum Method {
        GET,
        HEAD,
        POST,
        PUT,
        PATCH,
        DELETE,
        OPTIONS;

        /// Whether a length is said even of an empty body.
        boolean sends() {
            return this == POST || this == PUT || this == PATCH;
        }
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public Configured read(Section section) {
        ClientOptions options = ClientSection.read(section);
        var wanted = new ArrayList<Wanted>();
        section.section("requests").ifPresent(requests -> {
            for (String name : requests.keys()) {
                requests.section(name).ifPresent(request -> {
                    wanted.add(request(name, request));
                    request.done();
                });
            }
        });
        if (wanted.isEmpty()) {
            section.problem("requests", "a request is missing, such as requests { home { path = \"/\" } }");
        }
        Duration timeout = ClientSection.timeout(section);
        return new Plain(options, timeout, wanted);
    }

    private static Wanted request(String name, Section section) {
        if (!name.matches("[A-Za-z0-9._-]+")) {
            section.problem("", "a name has letters, digits, '-', '_' and '.' only");
        }
        var fields = new LinkedHashMap<String, String>();
        section.section("headers")
                .ifPresent(headers -> headers.all().forEach((field, value) -> {
                    if (field.equalsIgnoreCase("content-length") || field.equalsIgnoreCase("transfer-encoding")) {
                        headers.problem("", "'" + field + "' follows from the body");
                    } else if (field.matches("[A-Za-z0-9-]+") && value.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
                        fields.put(field, value);
                    } else {
                        headers.problem("", "'" + field + "' is not a field with an ASCII value");
                    }
                }));
        String path = section.parsed("path", HttpPack::path).orElse("/");
        byte[] body = section.bytes("body-bytes", 0, 64 << 20)
                .map(length -> "x".repeat(length.intValue()))
                .or(() -> section.text("body"))
                .orElse("")
                .getBytes(StandardCharsets.UTF_8);
        return new Wanted(
                name,
                section.choice("method", Method.class).orElse(Method.GET),
                path,
                fields,
                body,
                section.number("status", 200, 599).map(Long::intValue),
                section.bytes("bytes", 0, Long.MAX_VALUE),
                section.text("contains"));
    }

    private static String path(String text) {
        if (!text.startsWith("/") || !text.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new IllegalArgumentException("'" + text + "' is not a path such as /a/b?c=d, percent-encoded");
        }
        return text;
    }

    private record Plain(ClientOptions options, Duration timeout, List<Wanted> wanted) implements Configured {
        @Override
        public List<String> transactions() {
            return wanted.stream().map(Wanted::name).toList();
        }

        @Override
        public List<String> explanation() {
            return wanted.stream()
                    .map(each -> each.name() + ": " + each.method() + " " + each.path() + ", "
                            + each.status().map(status -> "status " + status).orElse("any status of success"))
                    .toList();
        }

        @Override
        public Workload workload(Run run) {
            return new HttpWorkload(run, options, timeout, wanted);
        }
    }
}

package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.TransactionFailed;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.http.AnswerHead;
import io.flywheel.loadtest.http.AsciiBuffer;
import io.flywheel.loadtest.http.ClientOptions;
import io.flywheel.loadtest.http.Endpoint;
import io.flywheel.loadtest.http.HttpClient;
import io.flywheel.loadtest.http.Payload;
import io.flywheel.loadtest.http.Receiver;
import io.flywheel.loadtest.http.Request;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Plain requests of one process. The bytes of each request are made once.
final class HttpWorkload implements Workload {
    private static final int SEARCHED_BYTES_MAX = 1 << 20;

    private final Duration timeout;
    private final List<HttpPack.Wanted> wanted;
    private final HttpClient http;

    HttpWorkload(Run run, ClientOptions options, Duration timeout, List<HttpPack.Wanted> wanted) {
        this.timeout = timeout;
        this.wanted = wanted;
        this.http = new HttpClient(Endpoint.parse(run.target()), options);
    }

    @Override
    public List<Subject> subjects() {
        return wanted.stream()
                .map(each -> new Subject(each.name(), body(each), timeout))
                .toList();
    }

    private AsyncBody body(HttpPack.Wanted each) {
        byte[] head = head(each, http.endpoint());
        return new AsyncBody(http.loops(), AsyncBody.always(execution -> {
            execution.sent(each.body().length);
            return AsyncBody.exchange(
                    execution, () -> http.send(new Prepared(each, head), new Checking(each, execution)));
        }));
    }

    private static byte[] head(HttpPack.Wanted wanted, Endpoint endpoint) {
        var head = new AsciiBuffer();
        head.text(wanted.method().name()).one(' ');
        head.text(endpoint.path()).text(wanted.path()).text(" HTTP/1.1\r\n");
        boolean hasHost = false;
        for (var field : wanted.fields().entrySet()) {
            hasHost |= field.getKey().toLowerCase(Locale.ROOT).equals("host");
            head.field(field.getKey(), field.getValue());
        }
        if (!hasHost) {
            head.field("Host", endpoint.hostField());
        }
        if (wanted.method().sends() || wanted.body().length > 0) {
            head.field("Content-Length", Integer.toString(wanted.body().length));
        }
        return Arrays.copyOf(head.crlf().bytes(), head.length());
    }

    /// A request whose bytes are ready.
    private static final class Prepared implements Request {
        private final HttpPack.Wanted wanted;
        private final byte[] head;
        private final Payload payload;

        Prepared(HttpPack.Wanted wanted, byte[] head) {
            this.wanted = wanted;
            this.head = head;
            this.payload = wanted.body().length == 0 ? Payload.EMPTY : Payload.of(wanted.body());
        }

        @Override
        public void writeHead(AsciiBuffer into) {
            into.raw(head);
        }

        @Override
        public Payload payload() {
            return payload;
        }

        @Override
        public boolean isHead() {
            return wanted.method() == HttpPack.Method.HEAD;
        }
    }

    /// Compares an answer with what was wanted.
    private static final class Checking implements Receiver<Boolean> {
        private final HttpPack.Wanted wanted;
        private final Execution execution;
        private final @Nullable ByteArrayOutputStream searched;
        private @Nullable AnswerHead head;
        private long received;

        Checking(HttpPack.Wanted wanted, Execution execution) {
            this.wanted = wanted;
            this.execution = execution;
            this.searched = wanted.contains().isPresent() ? new ByteArrayOutputStream() : null;
        }

        @Override
        public void head(AnswerHead answer) {
            head = answer;
        }

        @Override
        public void data(ByteBuffer bytes) {
            int count = bytes.remaining();
            received += count;
            if (searched != null) {
                byte[] piece = new byte[Math.min(count, SEARCHED_BYTES_MAX - searched.size())];
                bytes.get(piece);
                searched.writeBytes(piece);
            }
        }

        @Override
        public Boolean end() {
            execution.received(received);
            AnswerHead answer = Objects.requireNonNull(head);
            int status = answer.status();
            if (wanted.status().isPresent() ? wanted.status().get() != status : !answer.isSuccess()) {
                String id = requestId(answer);
                throw new TransactionFailed(
                        "http status " + status,
                        wanted.method() + " " + wanted.path() + ": " + status
                                + (id.isEmpty() ? "" : " (request " + id + ")"));
            }
            boolean whole = wanted.bytes().isEmpty()
                    || execution.check(
                            "body has its length", received == wanted.bytes().get());
            if (searched != null) {
                String text = searched.toString(StandardCharsets.UTF_8);
                whole &= execution.check(
                        "body contains its text",
                        text.contains(wanted.contains().orElse("")));
            }
            if (!whole) {
                var _ = requestId(answer);
            }
            return true;
        }

        /// Says how the service names the request, where it does.
        private String requestId(AnswerHead answer) {
            String id = answer.field("x-request-id")
                    .or(() -> answer.field("x-amz-request-id"))
                    .orElse("");
            if (!id.isEmpty()) {
                execution.requestId(id);
            }
            return id;
        }
    }

    @Override
    public void close() {
        http.close();
    }
}

package io.flywheel.bench;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.http.AnswerHead;
import io.flywheel.loadtest.http.AsciiBuffer;
import io.flywheel.loadtest.http.ClientOptions;
import io.flywheel.loadtest.http.Endpoint;
import io.flywheel.loadtest.http.HttpClient;
import io.flywheel.loadtest.http.Receiver;
import io.flywheel.loadtest.http.Request;
import io.flywheel.loadtest.pack.AsyncBody;
import io.flywheel.loadtest.session.WorkloadSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/// GETs of one path as the pack `http` makes them, with somebody who looks on: where the answer's last byte has been
/// read he reads the clock by himself and writes that down, whatever becomes of it afterwards. That is the place where
/// wrk2 takes its time, too. On the wire or in the server the answer would not have come yet.
record TracedGets(String path, ClientOptions options, RawTrace trace) implements WorkloadSource {
    private static final String NAME = "get";

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public Workload workload(Run run) {
        return new Gets(new HttpClient(Endpoint.parse(run.target()), options), path, trace);
    }

    private record Get(String path, String host) implements Request {
        @Override
        public void writeHead(AsciiBuffer into) {
            into.text("GET ")
                    .text(path)
                    .text(" HTTP/1.1\r\n")
                    .field("Host", host)
                    .crlf();
        }

        @Override
        public boolean isHead() {
            return false;
        }
    }

    /// Looks at when an answer has ended.
    private static final class Looking implements Receiver<Boolean> {
        private final RawTrace trace;
        private final Execution execution;
        private boolean good;

        Looking(RawTrace trace, Execution execution) {
            this.trace = trace;
            this.execution = execution;
        }

        @Override
        public void head(AnswerHead head) {
            good = head.isSuccess();
        }

        @Override
        public void data(ByteBuffer bytes) {}

        @Override
        public Boolean end() {
            trace.ended(execution.number(), System.nanoTime());
            return execution.check("answered", good);
        }
    }

    private record Gets(HttpClient http, String path, RawTrace trace) implements Workload {
        @Override
        public List<Subject> subjects() {
            var request = new Get(path, http.endpoint().hostField());
            var body = new AsyncBody(http.loops(), AsyncBody.always(execution -> {
                trace.begun(execution.number(), execution.intendedNanos());
                return AsyncBody.exchange(execution, () -> http.send(request, new Looking(trace, execution)));
            }));
            return List.of(new Subject(NAME, body, Duration.ofMinutes(1)));
        }

        @Override
        public void close() {
            http.close();
        }
    }
}

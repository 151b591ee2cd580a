package io.flywheel.frontend.s3;

import io.flywheel.frontend.http.Exchange;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestBody;
import io.flywheel.frontend.http.RequestHead;
import io.flywheel.frontend.http.Response;
import io.flywheel.frontend.http.ResponseStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// One request and its answer without a connection. The body comes in pieces of {@value #PIECE_BYTES} bytes.
final class FakeExchange implements Exchange {
    static final int PIECE_BYTES = 100_000;

    private final RequestHead head;
    private final byte[] body;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private int sentOfBody;
    boolean accepted;

    /// @param complete false when the connection was cut under the body
    record Answer(int status, Headers headers, byte[] body, long contentLength, boolean complete) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String header(String name) {
            return headers.firstOr(name, "");
        }

        /// The code of an error document.
        String code() {
            return element("Code");
        }

        /// The text of the first element called {@code name}.
        String element(String name) {
            int from = text().indexOf("<" + name + ">");
            int to = text().indexOf("</" + name + ">");
            return from < 0 || to < 0 ? "" : text().substring(from + name.length() + 2, to);
        }
    }

    FakeExchange(RequestHead head, byte[] body) {
        this.head = head;
        this.body = body;
    }

    Answer await() throws Exception {
        return answer.get(30, TimeUnit.SECONDS);
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public RequestBody body() {
        return new RequestBody() {
            @Override
            public long contentLength() {
                return body.length;
            }

            @Override
            public Next next() {
                if (sentOfBody == body.length) {
                    return new Next.End();
                }
                int length = Math.min(PIECE_BYTES, body.length - sentOfBody);
                ByteBuffer piece = ByteBuffer.wrap(body, sentOfBody, length).slice();
                sentOfBody += length;
                return new Next.Chunk(piece, () -> {});
            }

            @Override
            public void whenEnded(Runnable action) {
                action.run();
            }

            @Override
            public Optional<Next> poll() {
                return Optional.of(next());
            }
        };
    }

    @Override
    public boolean acceptBody() {
        accepted = true;
        return true;
    }

    @Override
    public void respond(Response response) {
        byte[] bytes = new byte[response.body().remaining()];
        response.body().get(bytes);
        response.release().run();
        answer.complete(new Answer(response.status(), response.headers(), bytes, response.contentLength(), true));
    }

    @Override
    public ResponseStream stream(int status, Headers headers, long contentLength) {
        var written = new ByteArrayOutputStream();
        return new ResponseStream() {
            @Override
            public boolean write(ByteBuffer data, Runnable release) {
                byte[] bytes = new byte[data.remaining()];
                data.get(bytes);
                written.writeBytes(bytes);
                release.run();
                return true;
            }

            @Override
            public boolean pump(Source source) {
                for (var piece = source.poll(); piece.isPresent(); piece = source.poll()) {
                    write(piece.get().data(), piece.get().release());
                }
                return true;
            }

            @Override
            public boolean finish() {
                return end(true);
            }

            @Override
            public void abort() {
                end(false);
            }

            private boolean end(boolean complete) {
                answer.complete(new Answer(status, headers, written.toByteArray(), contentLength, complete));
                return complete;
            }
        };
    }

    @Override
    public long bytesReceived() {
        return sentOfBody;
    }

    @Override
    public long bytesSent() {
        return 0;
    }

    @Override
    public boolean isClosed() {
        return false;
    }
}

package io.flywheel.server;

import io.flywheel.frontend.http.AccessLog;
import io.flywheel.frontend.http.RequestHead;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.function.Function;
import java.util.regex.Pattern;

/// One line of log and one count in the metrics for every request. On the event loop only the values are handed over;
/// the line is formatted by the thread that writes it.
final class RequestLog implements AccessLog {
    /// What would let a reader of the log repeat a presigned request.
    private static final Pattern SECRET_PARAMETER =
            Pattern.compile("((?:^|&)(?:X-Amz-Signature|X-Amz-Security-Token|Signature)=)[^&]*");

    private final LogLines lines;
    private final Metrics metrics;
    private final Function<RequestHead, String> operationName;

    /// @param operationName names a request's operation, from a bounded set
    RequestLog(LogLines lines, Metrics metrics, Function<RequestHead, String> operationName) {
        this.lines = lines;
        this.metrics = metrics;
        this.operationName = operationName;
    }

    @Override
    public void record(
            RequestHead head, int status, long bytesIn, long bytesOut, long durationNanos, boolean complete) {
        String operation = operationName.apply(head);
        metrics.requestEnded(operation, status, bytesIn, bytesOut, durationNanos);
        long millis = System.currentTimeMillis();
        lines.offer(text -> {
            var line = new JsonLine(text)
                    .field("time", Instant.ofEpochMilli(millis).toString())
                    .field("level", "INFO")
                    .field("message", "request")
                    .field("request_id", head.requestId())
                    .field("remote", remote(head.remote()))
                    .field("operation", operation)
                    .field("method", head.method())
                    .field("host", head.host())
                    .field("path", head.rawPath());
            if (!head.rawQuery().isEmpty()) {
                line.field("query", SECRET_PARAMETER.matcher(head.rawQuery()).replaceAll("$1..."));
            }
            line.field("status", status)
                    .field("bytes_in", bytesIn)
                    .field("bytes_out", bytesOut)
                    .field("duration_us", durationNanos / 1_000);
            if (!complete) {
                line.field("cut", "the response was not sent whole");
            }
            line.end();
        });
    }

    @Override
    public void refused(String requestId, InetSocketAddress remote, int status, String code, String message) {
        metrics.requestRefused(code);
        long millis = System.currentTimeMillis();
        lines.offer(text -> new JsonLine(text)
                .field("time", Instant.ofEpochMilli(millis).toString())
                .field("level", "INFO")
                .field("message", "refused")
                .field("request_id", requestId)
                .field("remote", remote(remote))
                .field("status", status)
                .field("code", code)
                .field("reason", message)
                .end());
    }

    private static String remote(InetSocketAddress remote) {
        String host = remote.getAddress().getHostAddress();
        return new ListenAddress(host, remote.getPort()).toString();
    }
}

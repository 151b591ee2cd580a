package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.export.OtlpPush;
import io.flywheel.loadtest.export.PrometheusPage;
import io.flywheel.loadtest.export.Watchers;
import io.flywheel.loadtest.session.LocalRun;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// Who else gets the figures of a run while it lasts.
final class ExportOptions {
    private static final Duration EVERY = Duration.ofSeconds(5);

    @Option(
            names = "--prometheus",
            paramLabel = "HOST:PORT",
            description = "Serve the figures at http://HOST:PORT/metrics for Prometheus.")
    private @Nullable String prometheus;

    @Option(
            names = "--otlp",
            paramLabel = "URL",
            description = "Send the figures to an OpenTelemetry collector, such as http://127.0.0.1:4318.")
    private @Nullable URI otlp;

    /// Those who get them, until it is closed.
    record Open(List<LocalRun.Watcher> watchers, List<Runnable> closed) implements AutoCloseable {
        /// With one more.
        LocalRun.Watcher and(LocalRun.Watcher view) {
            var all = new ArrayList<>(watchers);
            all.add(view);
            return new Watchers(all);
        }

        @Override
        public void close() {
            closed.forEach(Runnable::run);
        }
    }

    Open open(CommandLine line) {
        var watchers = new ArrayList<LocalRun.Watcher>();
        var closed = new ArrayList<Runnable>();
        if (otlp != null) {
            if (!String.valueOf(otlp.getScheme()).matches("https?") || otlp.getHost() == null) {
                throw new CommandLine.ParameterException(
                        line, "--otlp: '" + otlp + "' is not such as http://127.0.0.1:4318");
            }
            var push = new OtlpPush(new SystemClock(), otlp, EVERY, line.getErr()::println);
            watchers.add(push);
            closed.add(push::close);
        }
        if (prometheus != null) {
            var page = page(line, prometheus);
            watchers.add(page);
            closed.add(page::close);
        }
        return new Open(List.copyOf(watchers), List.copyOf(closed));
    }

    private static PrometheusPage page(CommandLine line, String text) {
        var address = HostPort.parse(text)
                .orElseThrow(() -> new CommandLine.ParameterException(
                        line, "--prometheus: '" + text + "' is not such as 127.0.0.1:9464"));
        try {
            var page = new PrometheusPage(address);
            line.getErr()
                    .println("figures at http://" + page.address().getHostString() + ":"
                            + page.address().getPort() + "/metrics");
            return page;
        } catch (IOException e) {
            throw new CommandLine.ParameterException(
                    line, "--prometheus: nobody can listen on " + text + ": " + e.getMessage(), e);
        }
    }
}

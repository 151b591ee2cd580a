package io.flywheel.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.time.Instant;

/// Sends what the program and its libraries log to {@link LogLines}, one JSON object a line. Found by logback as a
/// service, so that no file is read at the start.
public final class JsonLog extends ContextAwareBase implements Configurator {
    /// For the service loader.
    public JsonLog() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        var appender = new Lines();
        appender.setContext(context);
        appender.setName("stderr");
        appender.start();
        var root = context.getLogger("ROOT");
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        context.getLogger("io.flywheel").setLevel(Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            LogLines.STANDARD_ERROR.offer(text -> format(event, text));
        }

        private static void format(ILoggingEvent event, StringBuilder text) {
            var line = new JsonLine(text)
                    .field("time", Instant.ofEpochMilli(event.getTimeStamp()).toString())
                    .field("level", event.getLevel().toString())
                    .field("logger", event.getLoggerName())
                    .field("thread", event.getThreadName())
                    .field("message", event.getFormattedMessage());
            if (event.getThrowableProxy() != null) {
                line.field("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
            line.end();
        }
    }
}

package io.flywheel.server;

import java.text.MessageFormat;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Sends what is logged by {@link System.Logger} (the JDK and modules without another logger) where everything else
/// goes. Found by the JDK as a service.
public final class PlatformLog extends System.LoggerFinder {
    /// For the service loader.
    public PlatformLog() {}

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new Forwarding(LoggerFactory.getLogger(name));
    }

    private record Forwarding(Logger logger) implements System.Logger {
        @Override
        public String getName() {
            return logger.getName();
        }

        @Override
        public boolean isLoggable(Level level) {
            return level != Level.OFF && logger.isEnabledForLevel(level(level));
        }

        @Override
        public void log(
                Level level, @Nullable ResourceBundle bundle, @Nullable String message, @Nullable Throwable thrown) {
            if (isLoggable(level)) {
                LoggingEventBuilder event = logger.atLevel(level(level));
                (thrown == null ? event : event.setCause(thrown)).log(String.valueOf(message));
            }
        }

        @Override
        public void log(
                Level level,
                @Nullable ResourceBundle bundle,
                @Nullable String format,
                @Nullable Object @Nullable ... parameters) {
            if (isLoggable(level)) {
                String text = String.valueOf(format);
                logger.atLevel(level(level))
                        .log(
                                parameters == null || parameters.length == 0
                                        ? text
                                        : MessageFormat.format(text, parameters));
            }
        }

        private static org.slf4j.event.Level level(Level level) {
            return switch (level) {
                case ALL, TRACE -> org.slf4j.event.Level.TRACE;
                case DEBUG -> org.slf4j.event.Level.DEBUG;
                case INFO -> org.slf4j.event.Level.INFO;
                case WARNING -> org.slf4j.event.Level.WARN;
                case ERROR, OFF -> org.slf4j.event.Level.ERROR;
            };
        }
    }
}

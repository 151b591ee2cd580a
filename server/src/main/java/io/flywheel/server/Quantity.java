package io.flywheel.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Numbers with units on the command line, written as in the configuration file.
final class Quantity {
    private Quantity() {}

    /// A share: {@code 1.4%} or {@code 0.014}.
    static final class Share implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            boolean percent = text.endsWith("%");
            double share;
            try {
                share = Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text) / (percent ? 100 : 1);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is no share; write 1.4% or 0.014");
            }
            if (!(share >= 0 && share <= 1)) {
                throw new TypeConversionException("'" + text + "' is not from 0% to 100%");
            }
            return share;
        }
    }

    /// Bytes: {@code 16TB}, {@code 64MiB}.
    static final class Bytes implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            long bytes = read(text, "size; write 16TB or 64MiB", Config::getBytes);
            if (bytes <= 0) {
                throw new TypeConversionException("'" + text + "' must be above 0");
            }
            return bytes;
        }
    }

    /// Time: {@code 15m}, {@code 6h}, {@code 14d}.
    static final class Time implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            var time = read(text, "time; write 15m, 6h or 14d", Config::getDuration);
            if (time.isNegative() || time.isZero()) {
                throw new TypeConversionException("'" + text + "' must be above 0");
            }
            return time;
        }
    }

    private interface Reading<T> {
        T of(Config config, String path);
    }

    private static <T> T read(String text, String wanted, Reading<T> reading) {
        try {
            return reading.of(ConfigFactory.parseMap(Map.of("value", text)), "value");
        } catch (ConfigException e) {
            throw new TypeConversionException("'" + text + "' is no " + wanted);
        }
    }
}

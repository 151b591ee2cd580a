package io.flywheel.loadtest.result;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/// Numbers with units, as people read them.
public final class Quantities {
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Quantities() {}

    /// Three digits and the unit that suits them: `4.21 ms`.
    public static String time(long nanos) {
        double size = Math.abs((double) nanos);
        if (nanos == 0) {
            return "0 s";
        }
        if (size < 999.5) {
            return nanos + " ns";
        }
        if (size < 999.5e3) {
            return digits(nanos / 1e3) + " µs";
        }
        if (size < 999.5e6) {
            return digits(nanos / 1e6) + " ms";
        }
        return size < 120e9 ? digits(nanos / 1e9) + " s" : digits(nanos / 60e9) + " min";
    }

    /// `12,300/s`.
    public static String rate(double perSecond) {
        return (perSecond >= 1_000 ? String.format(Locale.ROOT, "%,.0f", perSecond) : digits(perSecond)) + "/s";
    }

    /// A share of 1 as percents.
    public static String share(double share) {
        return digits(share * 100) + " %";
    }

    public static String bytes(double bytes) {
        double rest = bytes;
        int unit = 0;
        while (rest >= 1023.5 && unit < BYTE_UNITS.length - 1) {
            rest /= 1024;
            unit++;
        }
        return (unit == 0 ? String.format(Locale.ROOT, "%.0f", rest) : digits(rest)) + " " + BYTE_UNITS[unit];
    }

    /// `12,345`.
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /// Without digits that say nothing: `99.9`, `50`.
    public static String number(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    private static String digits(double number) {
        if (number == 0 || !Double.isFinite(number)) {
            return "0";
        }
        var rounded = new BigDecimal(number).round(new MathContext(3));
        return (rounded.scale() < 0
                        ? rounded.setScale(0)
                        : rounded.stripTrailingZeros().scale() < 0
                                ? rounded.setScale(0, java.math.RoundingMode.HALF_UP)
                                : rounded.stripTrailingZeros())
                .toPlainString();
    }
}

package io.flywheel.server.admin;

import java.util.Locale;

/// Numbers for people.
public final class Text {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Text() {}

    /// {@code 16.8 MB}.
    public static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    /// The same, of a mean.
    public static String bytes(double bytes) {
        int unit = 0;
        double amount = bytes;
        while (amount >= 999.95 && unit < UNITS.length - 1) {
            amount /= 1000;
            unit++;
        }
        return unit == 0
                ? "%d %s".formatted((long) amount, UNITS[0])
                : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
    }

    /// {@code 40 s}, {@code 12 min}, {@code 3.5 h}, {@code 9.2 days}.
    public static String seconds(long seconds) {
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800
                ? String.format(Locale.ROOT, "%.1f h", seconds / 3600.0)
                : String.format(Locale.ROOT, "%.1f days", seconds / 86_400.0);
    }

    /// With one decimal.
    public static String decimal(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    /// {@code 1 disk}, {@code 2 disks}.
    public static String count(long number, String one, String several) {
        return number + " " + (number == 1 ? one : several);
    }
}

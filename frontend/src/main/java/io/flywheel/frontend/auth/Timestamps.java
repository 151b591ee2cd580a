package io.flywheel.frontend.auth;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// The times of requests.
final class Timestamps {
    private static final DateTimeFormatter BASIC =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Timestamps() {}

    /// Unix seconds of {@code 20130524T000000Z}; -1 when it has another form.
    static long parseBasic(String text) {
        if (text.length() != 16 || text.charAt(8) != 'T' || text.charAt(15) != 'Z') {
            return -1;
        }
        int date = digits(text, 0, 8);
        int time = digits(text, 9, 15);
        if (date < 0 || time < 0 || time / 10000 > 23 || time / 100 % 100 > 59 || time % 100 > 60) {
            return -1;
        }
        try {
            long day = LocalDate.of(date / 10000, date / 100 % 100, date % 100).toEpochDay();
            return day * 86400 + time / 10000 * 3600L + time / 100 % 100 * 60L + time % 100;
        } catch (DateTimeException e) {
            return -1;
        }
    }

    private static int digits(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /// The time of a Date header in the basic form; empty when it cannot be read.
    static String basicOfHttpDate(String text) {
        try {
            return BASIC.format(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeException e) {
            return "";
        }
    }

    static String basic(long unixSeconds) {
        return BASIC.format(Instant.ofEpochSecond(unixSeconds));
    }

    /// {@code 2013-05-24T00:00:00Z}
    static String extended(long unixSeconds) {
        return Instant.ofEpochSecond(unixSeconds).toString();
    }
}

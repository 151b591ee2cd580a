package io.flywheel.frontend.s3;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The forms in which S3 writes and reads times. A version's time is shown in whole seconds everywhere, because a
/// header cannot show more.
final class Dates {
    private static final String WEEKDAYS = "Mon, Tue, Wed, Thu, Fri, Sat, Sun, ";
    private static final String MONTHS = " Jan  Feb  Mar  Apr  May  Jun  Jul  Aug  Sep  Oct  Nov  Dec ";
    /// The weekday is not compared with the date: whoever errs in it means the date.
    private static final List<DateTimeFormatter> HTTP_READ = List.of(
            DateTimeFormatter.ofPattern("dd MMM yyyy HH:mm:ss", Locale.ROOT),
            new DateTimeFormatterBuilder()
                    .appendPattern("dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
                    .appendPattern(" HH:mm:ss")
                    .toFormatter(Locale.ROOT));
    private static final DateTimeFormatter ASCTIME_READ =
            DateTimeFormatter.ofPattern("EEE MMM [ ]d HH:mm:ss yyyy", Locale.ROOT);

    private Dates() {}

    /// As in {@code Last-Modified}.
    static String http(long unixMillis) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(unixMillis, 1_000L), 0, ZoneOffset.UTC);
        var out = new StringBuilder(29);
        out.append(
                WEEKDAYS,
                (time.getDayOfWeek().getValue() - 1) * 5,
                time.getDayOfWeek().getValue() * 5);
        digits(out, time.getDayOfMonth(), 2);
        out.append(MONTHS, (time.getMonthValue() - 1) * 5, time.getMonthValue() * 5);
        digits(out, time.getYear(), 4).append(' ');
        digits(out, time.getHour(), 2).append(':');
        digits(out, time.getMinute(), 2).append(':');
        return digits(out, time.getSecond(), 2).append(" GMT").toString();
    }

    /// As in XML: {@code 2009-10-12T17:50:30.000Z}.
    static String iso(long unixMillis) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(unixMillis, 1_000L), 0, ZoneOffset.UTC);
        var out = new StringBuilder(24);
        digits(out, time.getYear(), 4).append('-');
        digits(out, time.getMonthValue(), 2).append('-');
        digits(out, time.getDayOfMonth(), 2).append('T');
        digits(out, time.getHour(), 2).append(':');
        digits(out, time.getMinute(), 2).append(':');
        return digits(out, time.getSecond(), 2).append(".000Z").toString();
    }

    private static StringBuilder digits(StringBuilder out, int value, int width) {
        for (int unit = width == 4 ? 1_000 : 10; unit > 0; unit /= 10) {
            out.append((char) ('0' + value / unit % 10));
        }
        return out;
    }

    /// Unix seconds of an HTTP date in any of its three forms, or of an ISO 8601 date; empty when it is neither.
    static Optional<Long> parse(String text) {
        String trimmed = text.strip();
        int comma = trimmed.indexOf(',');
        if (comma > 0 && trimmed.endsWith(" GMT")) {
            String date = trimmed.substring(comma + 1, trimmed.length() - 4).strip();
            for (DateTimeFormatter format : HTTP_READ) {
                Optional<Long> seconds = local(date, format);
                if (seconds.isPresent()) {
                    return seconds;
                }
            }
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(trimmed).toEpochSecond());
        } catch (DateTimeException e) {
            // Not ISO 8601: one more form is left.
        }
        try {
            return Optional.of(ZonedDateTime.parse(trimmed, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toEpochSecond());
        } catch (DateTimeException e) {
            return local(trimmed, ASCTIME_READ);
        }
    }

    private static Optional<Long> local(String text, DateTimeFormatter format) {
        try {
            return Optional.of(LocalDateTime.parse(text, format).toEpochSecond(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}

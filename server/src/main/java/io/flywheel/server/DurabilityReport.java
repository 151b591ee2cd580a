package io.flywheel.server;

import io.flywheel.placement.Durability;
import java.util.Formatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An estimate of durability as people and scripts read it.
///
/// @param price of a raw TB and month; null when it was not asked for
record DurabilityReport(
        Durability durability,
        double repairSeconds,
        @Nullable Double price) {
    private static final String LOSS = "%-40s %8.2g%s\n";
    private static final double SECONDS_PER_YEAR = 365.25 * 86_400;

    String text() {
        var object = durability.ofObject();
        var anything = durability.ofAnything(durability.copysets());
        var drawn = durability.ofAnything(durability.copysetsIfDrawn());
        var text = new Formatter(Locale.ROOT);
        text.format(
                "%s on %,d disks of %s, %.0f %% full, %.2f %% of them fail in a year\n",
                durability.scheme(),
                durability.disks(),
                size(durability.diskBytes()),
                100 * durability.fill(),
                100 * durability.failuresPerYear());
        text.format("\n");
        String question = "an object of " + size(durability.objectBytes()) + " is lost in a year:";
        text.format(LOSS, question, object.any(), "  " + nines(object));
        text.format(LOSS, "  disks that fail one by one", object.disks(), "");
        text.format(LOSS, "  sectors found unreadable too late", object.latent(), "");
        text.format(LOSS, "  outages", object.outages(), "");
        text.format(LOSS, "anything at all is lost in a year:", anything.any(), "");
        text.format(LOSS, "  if each block drew its own disks", drawn.any(), "");
        text.format("\n");
        text.format(
                "copysets  %,.0f, each disk sharing blocks with %,d others\n",
                durability.copysets(), durability.scatterWidth());
        text.format("repair    %s until a lost disk's shards are whole again\n", time(repairSeconds));
        text.format(
                "          %s a year read and written, %s a second on average\n",
                size(durability.repairBytesPerYear()), size(durability.repairBytesPerYear() / SECONDS_PER_YEAR));
        text.format(
                "storage   %.2f bytes a byte: %s of objects in %s of shards\n",
                durability.scheme().overhead(), size(durability.userBytes()), size(durability.storedBytes()));
        if (price != null) {
            text.format("cost      %,.2f a month, %.2f for each TB of objects\n", cost(), costPerTerabyte());
        }
        text.format("\n");
        text.format(
                "Assumed: disks fail independently but for outages. Not in the model: bugs, operators, bad batches.\n");
        return text.toString();
    }

    String json() {
        var object = durability.ofObject();
        var text = new StringBuilder();
        var line = new JsonLine(text)
                .field("scheme", durability.scheme().toString())
                .field("disks", durability.disks())
                .field("objectLossPerYear", object.any())
                .field("nines", Math.min(object.nines(), 300))
                .field("objectLossByDisks", object.disks())
                .field("objectLossByLatentErrors", object.latent())
                .field("objectLossByOutages", object.outages())
                .field(
                        "anyLossPerYear",
                        durability.ofAnything(durability.copysets()).any())
                .field(
                        "anyLossPerYearIfDrawn",
                        durability.ofAnything(durability.copysetsIfDrawn()).any())
                .field("copysets", durability.copysets())
                .field("scatterWidth", durability.scatterWidth())
                .field("repairSeconds", repairSeconds)
                .field("repairBytesPerYear", durability.repairBytesPerYear())
                .field("overhead", durability.scheme().overhead())
                .field("userBytes", durability.userBytes())
                .field("storedBytes", durability.storedBytes());
        if (price != null) {
            line.field("costPerMonth", cost()).field("costPerMonthAndTerabyte", costPerTerabyte());
        }
        line.end();
        return text.toString();
    }

    /// Whole disks are paid for.
    private double cost() {
        return durability.disks() * durability.diskBytes() / 1e12 * (price == null ? 0 : price);
    }

    private double costPerTerabyte() {
        return cost() / (durability.userBytes() / 1e12);
    }

    private static String nines(Durability.Loss loss) {
        double nines = loss.nines();
        return nines > 300 ? "never by this model" : String.format(Locale.ROOT, "%.1f nines", nines);
    }

    private static String size(double bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
        int unit = 0;
        double number = bytes;
        while (number >= 1000 && unit < units.length - 1) {
            number /= 1000;
            unit++;
        }
        return String.format(
                Locale.ROOT, number >= 100 || number == Math.rint(number) ? "%.0f %s" : "%.1f %s", number, units[unit]);
    }

    private static String time(double seconds) {
        return seconds >= 2 * 86_400
                ? String.format(Locale.ROOT, "%.1f days", seconds / 86_400)
                : seconds >= 7_200
                        ? String.format(Locale.ROOT, "%.1f hours", seconds / 3_600)
                        : String.format(Locale.ROOT, "%.0f minutes", seconds / 60);
    }
}

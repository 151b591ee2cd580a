package io.flywheel.server;

import io.flywheel.erasure.Scheme;
import io.flywheel.placement.Durability;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// Says how likely a fleet keeps its objects, and what that costs; touches nothing.
@Command(
        name = "durability",
        description = "Estimates how likely a fleet loses an object in a year, and what its redundancy costs.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class DurabilityCommand implements Callable<Integer> {
    private static final double SECONDS_PER_YEAR = 365.25 * 86_400;
    /// Copysets that a disk belongs to where {@code --scatter} does not say.
    private static final int COPYSETS_PER_DISK = 10;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--scheme", required = true, converter = OfScheme.class, description = "rs(k,m) or copies(n).")
    private @Nullable Scheme scheme;

    @Option(names = "--disks", required = true, paramLabel = "COUNT", description = "Disks of the fleet.")
    private int disks;

    @Option(
            names = "--afr",
            defaultValue = "1.4%",
            converter = Quantity.Share.class,
            paramLabel = "SHARE",
            description = "Annualised failure rate: the share of the disks that fails in a year.")
    private double failures;

    @Option(
            names = "--disk-size",
            defaultValue = "16TB",
            converter = Quantity.Bytes.class,
            paramLabel = "BYTES",
            description = "What a disk holds.")
    private long diskBytes;

    @Option(
            names = "--fill",
            defaultValue = "80%",
            converter = Quantity.Share.class,
            paramLabel = "SHARE",
            description = "How full the disks are.")
    private double fill;

    @Option(
            names = "--object-size",
            defaultValue = "64MiB",
            converter = Quantity.Bytes.class,
            paramLabel = "BYTES",
            description = "The object that is asked about; all objects count as of this size.")
    private long objectBytes;

    @Option(
            names = "--repair",
            converter = Quantity.Time.class,
            paramLabel = "TIME",
            description = "Mean time from a disk's failure until its shards are whole again. By default it follows from"
                    + " --grace, --repair-rate and --scatter.")
    private @Nullable Duration repair;

    @Option(
            names = "--grace",
            defaultValue = "15m",
            converter = Quantity.Time.class,
            paramLabel = "TIME",
            description = "How long a disk may be gone before it is rebuilt.")
    private @Nullable Duration grace;

    @Option(
            names = "--repair-rate",
            defaultValue = "50MB",
            converter = Quantity.Bytes.class,
            paramLabel = "BYTES",
            description = "What rebuilding may read and write on each disk in a second.")
    private long repairBytesPerSecond;

    @Option(
            names = "--scatter",
            paramLabel = "COUNT",
            description = "Scatter width: with how many other disks a disk shares blocks. By default each disk is in 10"
                    + " copysets.")
    private @Nullable Integer scatter;

    @Option(
            names = "--latent-errors",
            defaultValue = "0.1",
            paramLabel = "COUNT",
            description = "Sectors of a disk that become unreadable in a year.")
    private double latentErrors;

    @Option(
            names = "--scrub",
            defaultValue = "14d",
            converter = Quantity.Time.class,
            paramLabel = "TIME",
            description = "In what time every sector is read once.")
    private @Nullable Duration scrub;

    @Option(
            names = "--outages",
            defaultValue = "0",
            paramLabel = "COUNT",
            description = "Events in a year that take many disks for good, wherever they are.")
    private double outages;

    @Option(
            names = "--outage-disks",
            defaultValue = "1%",
            converter = Quantity.Share.class,
            paramLabel = "SHARE",
            description = "The share of the disks that such an event takes.")
    private double outageShare;

    @Option(names = "--price", paramLabel = "AMOUNT", description = "What a raw TB costs in a month, in any currency.")
    private @Nullable Double price;

    @Option(names = "--json", description = "Answers one JSON object.")
    private boolean json;

    /// Reads a scheme and says what is wrong with it.
    static final class OfScheme implements ITypeConverter<Scheme> {
        @Override
        public Scheme convert(String text) {
            try {
                return Scheme.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Override
    public Integer call() {
        var line = Objects.requireNonNull(spec).commandLine();
        Durability durability;
        double repairSeconds;
        try {
            int width = scatterWidth();
            repairSeconds = repairSeconds(width);
            durability = new Durability(
                    Objects.requireNonNull(scheme),
                    disks,
                    diskBytes,
                    fill,
                    failures,
                    repairSeconds / SECONDS_PER_YEAR,
                    width,
                    objectBytes,
                    latentErrors,
                    seconds(Objects.requireNonNull(scrub)) / SECONDS_PER_YEAR,
                    outages,
                    outageShare);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, String.valueOf(e.getMessage()));
        }
        var report = new DurabilityReport(durability, repairSeconds, price);
        line.getOut().print(json ? report.json() : report.text());
        line.getOut().flush();
        return ExitCode.STOPPED.number();
    }

    private int scatterWidth() {
        int others = Objects.requireNonNull(scheme).shards() - 1;
        return scatter != null ? scatter : Math.min(disks - 1, COPYSETS_PER_DISK * others);
    }

    /// All disks that share blocks with the lost one read and write; k shards are read for each that is written.
    private double repairSeconds(int width) {
        if (repair != null) {
            return seconds(repair);
        }
        double moved = diskBytes * fill * (Objects.requireNonNull(scheme).dataShards() + 1);
        return seconds(Objects.requireNonNull(grace)) + moved / (Math.max(1, width) * (double) repairBytesPerSecond);
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}

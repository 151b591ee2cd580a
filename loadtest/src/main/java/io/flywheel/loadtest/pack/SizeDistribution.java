package io.flywheel.loadtest.pack;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.flywheel.loadtest.s3.Content;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/// How large objects are. An object's size follows from its identity, so that whoever reads it knows it.
sealed interface SizeDistribution {
    long MAX_BYTES = 1L << 60;

    /// All the same.
    record Fixed(long bytes) implements SizeDistribution {}

    /// Any size between two, both included.
    record Uniform(long from, long to) implements SizeDistribution {}

    /// The logarithm is normally distributed, as that of files is.
    ///
    /// @param sigma of the natural logarithm
    record LogNormal(long median, double sigma, long max) implements SizeDistribution {}

    /// Some sizes, each so often.
    record Weighted(List<Share> shares) implements SizeDistribution {}

    /// A size and its weight.
    record Share(long bytes, double weight) {}

    String FORMS =
            "wanted is such as 4KiB, \"uniform 1KiB 1MiB\", \"log-normal 64KiB 1.5 1GiB\" (median, sigma, largest)"
                    + " or \"weighted 4KiB:70 1MiB:25 100MiB:5\"";

    /// @throws IllegalArgumentException that says what is allowed
    static SizeDistribution parse(String text) {
        List<String> words = Arrays.asList(text.strip().split("\\s+", -1));
        try {
            return switch (words.getFirst()) {
                case "uniform" -> {
                    var uniform = new Uniform(bytes(words.get(1)), bytes(words.get(2)));
                    require(words.size() == 3 && uniform.from <= uniform.to);
                    yield uniform;
                }
                case "log-normal" -> {
                    var normal =
                            new LogNormal(bytes(words.get(1)), Double.parseDouble(words.get(2)), bytes(words.get(3)));
                    require(words.size() == 4 && normal.median > 0 && normal.sigma >= 0 && normal.sigma <= 10);
                    yield normal;
                }
                case "weighted" -> {
                    var shares = new ArrayList<Share>();
                    for (String word : words.subList(1, words.size())) {
                        int colon = word.indexOf(':');
                        shares.add(new Share(
                                bytes(word.substring(0, colon)), Double.parseDouble(word.substring(colon + 1))));
                    }
                    require(!shares.isEmpty() && shares.stream().allMatch(share -> share.weight > 0));
                    yield new Weighted(List.copyOf(shares));
                }
                default -> {
                    require(words.size() == 1);
                    yield new Fixed(bytes(words.getFirst()));
                }
            };
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ConfigException e) {
            throw new IllegalArgumentException("it is '" + text + "', " + FORMS, e);
        }
    }

    private static long bytes(String text) {
        require(text.matches("[0-9.]+[A-Za-z]*"));
        long bytes = ConfigFactory.parseString("size = " + text).getBytes("size");
        require(bytes >= 0 && bytes <= MAX_BYTES);
        return bytes;
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException();
        }
    }

    /// As a sentence goes on.
    default String text() {
        return switch (this) {
            case Fixed(long bytes) -> bytes + " bytes";
            case Uniform(long from, long to) -> from + " to " + to + " bytes, each size as likely";
            case LogNormal(long median, double sigma, long max) ->
                "log-normal around " + median + " bytes (sigma " + sigma + "), at most " + max;
            case Weighted(var shares) ->
                shares.stream()
                        .map(share -> share.bytes + " bytes (weight " + share.weight + ")")
                        .collect(Collectors.joining(", "));
        };
    }

    /// @param identity of the object
    default long bytesOf(long identity) {
        if (this instanceof Fixed(long bytes)) {
            return bytes;
        }
        var random = new SplittableRandom(Content.mix(identity));
        return switch (this) {
            case Fixed(long bytes) -> bytes;
            case Uniform(long from, long to) -> random.nextLong(from, to + 1);
            case LogNormal(long median, double sigma, long max) ->
                (long) Math.min((double) max, median * Math.exp(sigma * random.nextGaussian()));
            case Weighted(var shares) -> {
                double at = random.nextDouble()
                        * shares.stream().mapToDouble(Share::weight).sum();
                long bytes = shares.getLast().bytes;
                for (Share share : shares) {
                    at -= share.weight;
                    if (at < 0) {
                        bytes = share.bytes;
                        break;
                    }
                }
                yield bytes;
            }
        };
    }
}

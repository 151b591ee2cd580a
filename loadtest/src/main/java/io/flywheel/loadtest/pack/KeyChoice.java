package io.flywheel.loadtest.pack;

import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which of the prepared objects an execution works on.
sealed interface KeyChoice {
    /// Each as often as any other.
    record Uniform() implements KeyChoice {}

    /// The k-th as often as 1/k.
    record Zipf() implements KeyChoice {}

    /// One after the other.
    record Sequential() implements KeyChoice {}

    /// The first objects get more than the others; in both sets each as often as any other of it.
    ///
    /// @param objects the share of the objects that is hot
    /// @param requests the share of the executions that work on one of these
    record Hot(double objects, double requests) implements KeyChoice {}

    String FORMS =
            "wanted is uniform, zipf, sequential, or such as \"hot 1% 90%\": the first 1 % of the objects get 90 %"
                    + " of the requests";

    Pattern HOT = Pattern.compile("hot\\s+([0-9.]+)%\\s+([0-9.]+)%");

    /// @throws IllegalArgumentException that says what is allowed
    static KeyChoice parse(String text) {
        return switch (text) {
            case "uniform" -> new Uniform();
            case "zipf" -> new Zipf();
            case "sequential" -> new Sequential();
            default -> {
                Matcher matcher = HOT.matcher(text);
                if (!matcher.matches()) {
                    throw new IllegalArgumentException("it is '" + text + "', " + FORMS);
                }
                double objects = Double.parseDouble(matcher.group(1)) / 100;
                double requests = Double.parseDouble(matcher.group(2)) / 100;
                if (!(objects > 0 && objects <= 1 && requests <= 1)) {
                    throw new IllegalArgumentException("it is '" + text + "', " + FORMS);
                }
                yield new Hot(objects, requests);
            }
        };
    }

    /// @param occurrence how many executions of the transaction came before
    /// @return from 0, below {@code objects}
    default long index(RandomGenerator random, long occurrence, long objects) {
        return switch (this) {
            case Uniform() -> random.nextLong(objects);
            case Zipf() -> zipf(random, objects);
            case Sequential() -> Math.floorMod(occurrence, objects);
            case Hot(double share, double requests) -> {
                long hot = Math.clamp(Math.round(share * objects), 1, objects);
                boolean fromHot = hot == objects || random.nextDouble() < requests;
                yield fromHot ? random.nextLong(hot) : hot + random.nextLong(objects - hot);
            }
        };
    }

    /// By rejection-inversion (Hörmann and Derflinger, 1996) for the exponent 1: no table, however many objects.
    private static long zipf(RandomGenerator random, long objects) {
        double atEnd = Math.log(objects + 0.5);
        double atStart = Math.log(1.5) - 1;
        double shortcut = 2 - Math.exp(Math.log(2.5) - 0.5);
        while (true) {
            double u = atEnd + random.nextDouble() * (atStart - atEnd);
            double x = Math.exp(u);
            long k = Math.clamp((long) (x + 0.5), 1, objects);
            if (k - x <= shortcut || u >= Math.log(k + 0.5) - 1.0 / k) {
                return k - 1;
            }
        }
    }
}

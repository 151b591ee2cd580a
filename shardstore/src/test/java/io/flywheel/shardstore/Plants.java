package io.flywheel.shardstore;

/// Plants the bugs of {@link Planted} by name.
public final class Plants {
    private Plants() {}

    /// Runs {@code body} with one bug on. One at a time in a JVM.
    public static void with(String bug, Runnable body) {
        Planted.plant(Planted.valueOf(bug));
        try {
            body.run();
        } finally {
            Planted.plant(null);
        }
    }

    public static boolean isInEngine(String bug) {
        return java.util.Arrays.stream(Planted.values()).anyMatch(one -> one.name().equals(bug));
    }
}

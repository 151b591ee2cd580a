package io.flywheel.shardstore;

/// What the checks need from inside the engine: its bugs ({@link Planted}) by name, and the version of its format.
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

    /// The version of the format that the engine writes.
    public static int formatVersion() {
        return Superblock.VERSION;
    }

    public static boolean isInEngine(String bug) {
        return java.util.Arrays.stream(Planted.values())
                .anyMatch(one -> one.name().equals(bug));
    }
}

package io.flywheel.base;

/// Checks that hold in every build. A check that fails is a bug, never an operating error: the task crashes loudly.
public final class Check {
    private Check() {}

    /// Throws {@link IllegalArgumentException} naming {@code what} when {@code condition} does not hold.
    public static void check(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException(what);
        }
    }

    /// Throws {@link IllegalStateException} naming {@code what} when the caller's own state is impossible.
    public static void checkState(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException(what);
        }
    }
}

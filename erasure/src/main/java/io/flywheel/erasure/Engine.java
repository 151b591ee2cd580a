package io.flywheel.erasure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// What computes. {@link #choose} tries what this machine has against the specification and takes the
/// fastest that gives the same bytes.
public final class Engine {
    private final Arithmetic arithmetic;
    private final Fold fold;

    Engine(Arithmetic arithmetic, Fold fold) {
        this.arithmetic = arithmetic;
        this.fold = fold;
    }

    /// What was found.
    ///
    /// @param usable fastest first; the last is the scalar one, which runs everywhere
    /// @param passedOver why others are not among them, each for the operator to read
    public record Choice(List<Engine> usable, List<String> passedOver) {
        public Choice {
            usable = List.copyOf(usable);
            passedOver = List.copyOf(passedOver);
        }

        public Engine best() {
            return usable.getFirst();
        }
    }

    /// ISA-L, which is fast from its first byte, before the Vector API, which the JVM has to compile
    /// first, before scalar code. Each is held against the scalar one. Takes some hundredths of a
    /// second; call it once.
    public static Choice choose() {
        // No method references: those would load the classes here, where a missing Vector API is not caught.
        return choose(
                List.of(() -> new IsalArithmetic(), () -> new VectorArithmetic()), List.of(() -> new VectorFold()));
    }

    static Choice choose(List<Supplier<Arithmetic>> arithmetics, List<Supplier<Fold>> folds) {
        var passedOver = new ArrayList<String>();
        Fold fold = new ScalarFold();
        for (var candidate : folds) {
            try {
                Fold tried = candidate.get();
                SelfTest.check(tried);
                fold = tried;
            } catch (UnsupportedOperationException | SelfTest.Differs | LinkageError e) {
                passedOver.add("checks of parity are scalar: " + reason(e));
            }
        }
        var usable = new ArrayList<Engine>();
        for (var candidate : arithmetics) {
            try {
                Arithmetic tried = candidate.get();
                SelfTest.check(tried);
                usable.add(new Engine(tried, fold));
            } catch (UnsupportedOperationException | SelfTest.Differs | LinkageError e) {
                passedOver.add(reason(e));
            }
        }
        usable.add(scalar(fold));
        return new Choice(usable, passedOver);
    }

    /// The specification alone.
    public static Engine scalar() {
        return scalar(new ScalarFold());
    }

    private static Engine scalar(Fold fold) {
        return new Engine(new ScalarArithmetic(), fold);
    }

    private static String reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LinkageError
                    && String.valueOf(cause.getMessage()).contains("jdk/incubator/vector")) {
                return "the Vector API is off: run with --add-modules jdk.incubator.vector";
            }
        }
        return failure instanceof LinkageError ? failure.toString() : String.valueOf(failure.getMessage());
    }

    Arithmetic arithmetic() {
        return arithmetic;
    }

    Fold fold() {
        return fold;
    }

    /// `isal`, `vector` or `scalar`.
    public String name() {
        return arithmetic.name();
    }

    @Override
    public String toString() {
        return name();
    }
}

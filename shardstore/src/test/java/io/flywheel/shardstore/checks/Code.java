package io.flywheel.shardstore.checks;

import java.util.List;
import java.util.stream.Collectors;

/// Prints the parts of a history as the Java that makes them.
final class Code {
    private Code() {}

    static String of(Object part) {
        return switch (part) {
            case Long number -> number + "L";
            case Enum<?> constant -> name(constant.getDeclaringClass()) + "." + constant.name();
            case Record _ -> "new " + name(part.getClass()) + "(" + join(Parts.of(part)) + ")";
            case List<?> list -> "List.of(" + join(list) + ")";
            default -> part.toString();
        };
    }

    private static String name(Class<?> type) {
        var outer = type.getEnclosingClass();
        return outer == null ? type.getSimpleName() : outer.getSimpleName() + "." + type.getSimpleName();
    }

    private static String join(List<?> parts) {
        return parts.stream().map(Code::of).collect(Collectors.joining(", "));
    }
}

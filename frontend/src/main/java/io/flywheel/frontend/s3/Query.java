package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.error.S3Error;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The query string, decoded. Where a name comes twice the first counts.
final class Query {
    static final Query EMPTY = new Query(List.of());

    private final List<Parameter> parameters;

    /// @param value empty for {@code ?name} and {@code ?name=}
    record Parameter(String name, Bytes value) {}

    private Query(List<Parameter> parameters) {
        this.parameters = parameters;
    }

    /// @param raw as it came, without the question mark
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidURI
    static Query parse(String raw) {
        if (raw.isEmpty()) {
            return EMPTY;
        }
        List<Parameter> parameters = new ArrayList<>();
        int from = 0;
        while (from <= raw.length()) {
            int ampersand = raw.indexOf('&', from);
            int to = ampersand < 0 ? raw.length() : ampersand;
            if (to > from) {
                int equals = raw.indexOf('=', from);
                boolean hasValue = equals >= 0 && equals < to;
                String name = Percent.decode(raw.substring(from, hasValue ? equals : to), true)
                        .toUtf8();
                Bytes value = hasValue ? Percent.decode(raw.substring(equals + 1, to), true) : Bytes.EMPTY;
                parameters.add(new Parameter(name, value));
            }
            from = to + 1;
        }
        return new Query(parameters);
    }

    List<Parameter> parameters() {
        return parameters;
    }

    boolean has(String name) {
        for (Parameter parameter : parameters) {
            if (parameter.name.equals(name)) {
                return true;
            }
        }
        return false;
    }

    Optional<Bytes> bytes(String name) {
        for (Parameter parameter : parameters) {
            if (parameter.name.equals(name)) {
                return Optional.of(parameter.value);
            }
        }
        return Optional.empty();
    }

    /// The value of {@code name}; present and empty for {@code ?name}.
    Optional<String> text(String name) {
        return bytes(name).map(Bytes::toUtf8);
    }

    /// The value of {@code name} when it is there and not empty.
    Optional<String> nonEmpty(String name) {
        return text(name).filter(value -> !value.isEmpty());
    }

    /// A count such as {@code max-keys}: {@code otherwise} when absent or empty, never above {@code most}.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidArgument for what is no integer or too small
    int count(String name, int least, int otherwise, int most) {
        Optional<String> text = nonEmpty(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= least) {
                return Math.min(value, most);
            }
        } catch (NumberFormatException e) {
            // Refused below, like a number out of range.
        }
        String message = least == 0
                ? "Argument " + name + " must be an integer between 0 and 2147483647"
                : "Argument " + name + " must be an integer between " + least + " and " + most;
        throw S3Error.invalidArgument(message, name, text.get());
    }
}

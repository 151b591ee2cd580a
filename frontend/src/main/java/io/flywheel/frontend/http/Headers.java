package io.flywheel.frontend.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Header fields in the order they were sent; immutable. Names are kept in lower case and looked up in lower case.
/// Values hold one byte a character (ISO-8859-1), so that nothing that was signed is lost: text in UTF-8 is decoded by
/// whoever knows that it is UTF-8.
public final class Headers {
    public static final Headers EMPTY = new Headers(new String[0], 0);

    /// Name, value, name, value.
    private final String[] fields;

    private final int length;

    /// Takes the array: names in lower case at even places, values at odd ones, up to {@code length}.
    Headers(String[] fields, int length) {
        this.fields = fields;
        this.length = length;
    }

    /// From alternating names and values.
    public static Headers of(String... namesAndValues) {
        var builder = builder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            builder.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return builder.build();
    }

    public static Builder builder() {
        return new Builder(16);
    }

    /// Whether {@code value} may stand in a header: no control characters but the tab, nothing past U+00FF.
    public static boolean isValidValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }

    /// The number of fields.
    public int size() {
        return length >> 1;
    }

    /// The name of field {@code index}, in lower case.
    public String name(int index) {
        return fields[index << 1];
    }

    public String value(int index) {
        return fields[(index << 1) + 1];
    }

    /// The index of the first field called {@code lowerCaseName} at or after {@code from}, or -1.
    public int indexOf(String lowerCaseName, int from) {
        for (int i = from << 1; i < length; i += 2) {
            String name = fields[i];
            if (name.length() == lowerCaseName.length() && name.equals(lowerCaseName)) {
                return i >> 1;
            }
        }
        return -1;
    }

    public boolean contains(String lowerCaseName) {
        return indexOf(lowerCaseName, 0) >= 0;
    }

    /// The value of the first field of that name.
    public Optional<String> first(String lowerCaseName) {
        int at = indexOf(lowerCaseName, 0);
        return at < 0 ? Optional.empty() : Optional.of(value(at));
    }

    /// The value of the first field of that name, or {@code otherwise}.
    public String firstOr(String lowerCaseName, String otherwise) {
        int at = indexOf(lowerCaseName, 0);
        return at < 0 ? otherwise : value(at);
    }

    /// The values of all fields of that name, in order.
    public List<String> all(String lowerCaseName) {
        var values = new ArrayList<String>();
        for (int at = indexOf(lowerCaseName, 0); at >= 0; at = indexOf(lowerCaseName, at + 1)) {
            values.add(value(at));
        }
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers that && Arrays.equals(fields, 0, length, that.fields, 0, that.length);
    }

    @Override
    public int hashCode() {
        return Arrays.asList(fields).subList(0, length).hashCode();
    }

    @Override
    public String toString() {
        return Arrays.asList(fields).subList(0, length).toString();
    }

    /// Collects fields; used once.
    public static final class Builder {
        private String[] fields;
        private int length;

        private Builder(int capacity) {
            fields = new String[capacity];
        }

        /// Adds a field.
        ///
        /// @throws IllegalArgumentException when the value could break out of its line: see {@link
        ///     #isValidValue}
        public Builder add(String name, String value) {
            if (!isValidValue(value)) {
                throw new IllegalArgumentException("the value of header " + name + " has characters it must not have");
            }
            if (length == fields.length) {
                fields = Arrays.copyOf(fields, length * 2);
            }
            fields[length++] = HeaderNames.lowerCase(name);
            fields[length++] = value;
            return this;
        }

        public Builder add(String name, long value) {
            return add(name, Long.toString(value));
        }

        public Builder addAll(Headers other) {
            for (int i = 0; i < other.size(); i++) {
                add(other.name(i), other.value(i));
            }
            return this;
        }

        public Headers build() {
            return new Headers(fields, length);
        }
    }
}

package io.flywheel.server.admin;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// One JSON object: built member by member, written as text, read from it. For one thread while it is built.
public final class Json {
    private static final String HEX = "0123456789abcdef";

    private final SequencedMap<String, Object> members = new LinkedHashMap<>();

    /// Adds a text, a finite number, a boolean, an object, or a list of these.
    public Json with(String name, Object value) {
        members.put(name, value);
        return this;
    }

    /// Adds nothing when there is no value.
    public Json with(String name, Optional<?> value) {
        value.ifPresent(each -> members.put(name, each));
        return this;
    }

    /// Reads a text.
    ///
    /// @throws IllegalArgumentException when it is no JSON object
    public static Json parse(String text) {
        try {
            return of(ConfigFactory.parseString(
                            text, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON))
                    .root()
                    .unwrapped());
        } catch (ConfigException e) {
            throw new IllegalArgumentException("no JSON object: " + e.getMessage(), e);
        }
    }

    private static Json of(Map<?, ?> map) {
        var json = new Json();
        map.forEach((name, value) -> {
            if (value != null) {
                json.members.put(String.valueOf(name), value instanceof Map<?, ?> inner ? of(inner) : value);
            }
        });
        return json;
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    /// A text or a number as text; empty when there is none.
    public String text(String name) {
        return String.valueOf(members.getOrDefault(name, ""));
    }

    /// A number; 0 when there is none.
    public long number(String name) {
        return members.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /// A number; 0 when there is none.
    public double real(String name) {
        return members.get(name) instanceof Number number ? number.doubleValue() : 0;
    }

    /// False when there is none.
    public boolean truth(String name) {
        return members.get(name) instanceof Boolean truth && truth;
    }

    /// Empty when there is none.
    public Json object(String name) {
        return members.get(name) instanceof Json json ? json : new Json();
    }

    /// The objects of a list; empty when there is none.
    public List<Json> objects(String name) {
        var objects = new ArrayList<Json>();
        if (members.get(name) instanceof Collection<?> list) {
            for (Object each : list) {
                if (each instanceof Json json) {
                    objects.add(json);
                } else if (each instanceof Map<?, ?> map) {
                    objects.add(of(map));
                }
            }
        }
        return objects;
    }

    /// The texts of a list; empty when there is none.
    public List<String> texts(String name) {
        return members.get(name) instanceof Collection<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    /// On one line.
    @Override
    public String toString() {
        var text = new StringBuilder();
        write(text, this);
        return text.toString();
    }

    private static void write(StringBuilder text, @Nullable Object value) {
        switch (value) {
            case Json json -> {
                String separator = "{";
                for (var member : json.members.entrySet()) {
                    quote(text.append(separator), member.getKey());
                    write(text.append(':'), member.getValue());
                    separator = ",";
                }
                text.append(json.members.isEmpty() ? "{}" : "}");
            }
            case Map<?, ?> map -> write(text, of(map));
            case Collection<?> list -> {
                String separator = "[";
                for (Object each : list) {
                    write(text.append(separator), each);
                    separator = ",";
                }
                text.append(list.isEmpty() ? "[]" : "]");
            }
            case Double real when !Double.isFinite(real) -> text.append("null");
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            case null -> text.append("null");
            default -> quote(text, value.toString());
        }
    }

    /// Appends {@code value} as a JSON text, in quotes.
    public static void quote(StringBuilder text, String value) {
        text.append('"');
        int plainFrom = 0;
        for (int at = 0; at < value.length(); at++) {
            char each = value.charAt(at);
            if (isPlain(each)) {
                continue;
            }
            text.append(value, plainFrom, at);
            plainFrom = at + 1;
            escape(text, each);
        }
        text.append(value, plainFrom, value.length()).append('"');
    }

    private static boolean isPlain(char each) {
        return each >= 0x20 && each != '"' && each != '\\' && each != 0x7f && each != 0x2028 && each != 0x2029;
    }

    private static void escape(StringBuilder text, char each) {
        if (each == '"' || each == '\\') {
            text.append('\\').append(each);
        } else if (each == '\n') {
            text.append("\\n");
        } else if (each == '\t') {
            text.append("\\t");
        } else {
            text.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                text.append(HEX.charAt((each >> shift) & 15));
            }
        }
    }
}

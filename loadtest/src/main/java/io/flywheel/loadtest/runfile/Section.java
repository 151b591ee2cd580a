package io.flywheel.loadtest.runfile;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.flywheel.base.Nearest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An object of a run file. Every key that is asked for is a known one; {@link #done} notes the others. What is
/// wrong is noted, never thrown, so that all of it is said at once; the value is then the one it has by default, or
/// some other that is allowed.
public final class Section {
    private static final Pattern RATE = Pattern.compile("\\s*([0-9.]+)\\s*(?:/\\s*(s|min|h|d)\\s*)?");
    private static final String RATE_WANTED = "a rate such as 100/s, 30/min, 5/h";
    private static final Pattern SHARE = Pattern.compile("\\s*([0-9.]+)\\s*(%?)\\s*");

    private static final String SHARE_WANTED = "a share such as 0.1%";
    private static final String TIME_WANTED = "a time such as 10ms, 30s, 5m, 2h";
    private static final Pattern DIGITS = Pattern.compile("\\s*[0-9.]+\\s*");

    private final String path;
    private final ConfigObject object;
    private final List<String> problems;
    private final TreeSet<String> known = new TreeSet<>();

    /// @param path of the object, empty for the file itself
    /// @param problems what is wrong is added here
    public Section(String path, ConfigObject object, List<String> problems) {
        this.path = path;
        this.object = object;
        this.problems = problems;
    }

    public String path() {
        return path;
    }

    public boolean has(String key) {
        known.add(key);
        return value(key).isPresent();
    }

    /// An object without keys at the place of one that is not there.
    Section empty(String key) {
        return new Section(full(key), ConfigFactory.empty().root(), problems);
    }

    boolean isObject(String key) {
        return object.get(key) instanceof ConfigObject;
    }

    /// Names of all keys, for objects whose keys are names of something.
    public List<String> keys() {
        known.addAll(object.keySet());
        return object.keySet().stream()
                .sorted((one, other) -> {
                    int byLine = Integer.compare(line(one), line(other));
                    return byLine != 0 ? byLine : one.compareTo(other);
                })
                .toList();
    }

    private int line(String key) {
        var value = object.get(key);
        return value == null ? 0 : value.origin().lineNumber();
    }

    /// Notes that something is wrong with a key of this object, or with the object itself where the key is empty.
    public void problem(String key, String text) {
        var value = key.isEmpty() ? object : object.get(key);
        var origin = value == null ? object.origin() : value.origin();
        String name = key.isEmpty() ? path : full(key);
        problems.add(where(origin) + ": " + (name.isEmpty() ? "" : name + ": ") + text);
    }

    /// An inner object; empty where there is none.
    public Optional<Section> section(String key) {
        known.add(key);
        return value(key).flatMap(value -> {
            if (value instanceof ConfigObject inner) {
                return Optional.of(new Section(full(key), inner, problems));
            }
            problem(key, "it is " + shown(value) + ", wanted is an object: " + key + " { ... }");
            return Optional.empty();
        });
    }

    /// The objects of a list; empty where there is none.
    public List<Section> sections(String key) {
        known.add(key);
        var sections = new ArrayList<Section>();
        value(key).ifPresent(value -> {
            if (!(value instanceof ConfigList list)) {
                problem(key, "it is " + shown(value) + ", wanted is a list of objects: " + key + " = [ { ... } ]");
                return;
            }
            for (int i = 0; i < list.size(); i++) {
                String name = full(key) + "[" + i + "]";
                if (list.get(i) instanceof ConfigObject inner) {
                    sections.add(new Section(name, inner, problems));
                } else {
                    problems.add(where(list.get(i).origin()) + ": " + name + ": it is " + shown(list.get(i))
                            + ", wanted is an object { ... }");
                }
            }
        });
        return sections;
    }

    /// The texts of a list; empty where there is none.
    public List<String> texts(String key) {
        known.add(key);
        var texts = new ArrayList<String>();
        value(key).ifPresent(value -> {
            if (value instanceof ConfigList list) {
                list.forEach(element -> texts.add(String.valueOf(element.unwrapped())));
            } else {
                problem(key, "it is " + shown(value) + ", wanted is a list: " + key + " = [a, b]");
            }
        });
        return texts;
    }

    public Optional<String> text(String key) {
        return simple(key, "a text", text -> text);
    }

    /// A file that can be read. A relative path begins in the folder of the file that says it.
    public Optional<Path> file(String key) {
        return simple(key, "a file", text -> {
            var value = value(key).orElseThrow();
            String said = value.origin().filename();
            Path folder =
                    said == null ? Path.of("") : Path.of(said).toAbsolutePath().getParent();
            Path file = folder == null ? Path.of(text) : folder.resolve(text);
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException(file + " cannot be read");
            }
            return file;
        });
    }

    public String text(String key, String otherwise) {
        return text(key).orElse(otherwise);
    }

    /// What {@code parser} makes of the text.
    ///
    /// @param parser throws {@link IllegalArgumentException} with what is wrong
    public <T> Optional<T> parsed(String key, Function<String, T> parser) {
        return simple(key, "a value", parser);
    }

    public Optional<Long> number(String key, long min, long max) {
        return simple(key, "a whole number", text -> {
            long number = Long.parseLong(text.replace("_", ""));
            return within(number, (double) number, (double) min, (double) max, min + " to " + max);
        });
    }

    public Optional<Double> decimal(String key, double min, double max) {
        return simple(key, "a number", text -> {
            double number = Double.parseDouble(text);
            return within(number, number, min, max, min + " to " + max);
        });
    }

    public Optional<Boolean> flag(String key) {
        return simple(key, "true or false", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("it is '" + text + "', wanted is true or false");
        });
    }

    /// Starts a second: `100`, `100/s`, `6000/min`, `10/h`.
    public Optional<Double> rate(String key, double max) {
        return simple(key, RATE_WANTED, text -> {
            double perSecond = perSecond(text);
            return within(perSecond, perSecond, 0, max, "0/s to " + String.format(Locale.ROOT, "%,.0f", max) + "/s");
        });
    }

    /// Reads `100`, `100/s`, `6000/min`, `10/h`.
    ///
    /// @throws NumberFormatException when it is something else
    public static double perSecond(String text) {
        Matcher matcher = RATE.matcher(text);
        if (!matcher.matches()) {
            throw new NumberFormatException("it is '" + text + "', wanted is " + RATE_WANTED);
        }
        return Double.parseDouble(matcher.group(1))
                / switch (String.valueOf(matcher.group(2))) {
                    case "min" -> 60;
                    case "h" -> 3_600;
                    case "d" -> 86_400;
                    default -> 1;
                };
    }

    /// So many users at a time.
    Optional<Double> users(String key, long max) {
        return simple(key, "a number of users, such as 50", text -> {
            long users = Long.parseLong(text.strip());
            return within((double) users, (double) users, 0, (double) max, "0 to " + max);
        });
    }

    /// A share of 1: `0.1%`. Without the sign nobody knows whether 1 is all of it or a hundredth; only 0 is clear.
    public Optional<Double> share(String key) {
        return share(key, 0, 1);
    }

    /// A share of 1 between two others.
    Optional<Double> share(String key, double min, double max) {
        return simple(key, SHARE_WANTED, text -> {
            double share = shareOfOne(text);
            if (DIGITS.matcher(text).matches() && share != 0) {
                throw new IllegalArgumentException("it is '" + text + "' without a %, wanted is " + SHARE_WANTED);
            }
            return within(share, share, min, max, percent(min) + " to " + percent(max));
        });
    }

    private static String percent(double share) {
        return io.flywheel.loadtest.result.Quantities.share(share).replace(" ", "");
    }

    /// Reads `0.1%`, `0.001`.
    ///
    /// @throws NumberFormatException when it is something else
    public static double shareOfOne(String text) {
        Matcher matcher = SHARE.matcher(text);
        if (!matcher.matches()) {
            throw new NumberFormatException("it is '" + text + "', wanted is " + SHARE_WANTED);
        }
        return Double.parseDouble(matcher.group(1)) / (matcher.group(2).isEmpty() ? 1 : 100);
    }

    /// `10ms`, `30s`, `5m`, `2h`, `1d`; only 0 needs no unit.
    public Optional<Duration> duration(String key, Duration min, Duration max) {
        return library(key, TIME_WANTED, config -> {
            String text = config.getString(key(key));
            if (DIGITS.matcher(text).matches() && !text.strip().equals("0")) {
                throw new IllegalArgumentException("it is '" + text + "' without a unit, wanted is " + TIME_WANTED);
            }
            Duration duration = config.getDuration(key(key));
            double seconds = duration.toNanos() / 1e9;
            return within(
                    duration, seconds, min.toNanos() / 1e9, max.toNanos() / 1e9, shown(min) + " to " + shown(max));
        });
    }

    /// `100`, `4KiB`, `1GB`.
    public Optional<Long> bytes(String key, long min, long max) {
        return library(key, "a size such as 100, 4KiB, 1GB", config -> {
            long bytes = config.getBytes(key(key));
            return within(bytes, (double) bytes, (double) min, (double) max, min + " to " + max + " bytes");
        });
    }

    /// One of the constants, in lower case with hyphens.
    public <E extends Enum<E>> Optional<E> choice(String key, Class<E> type) {
        return simple(key, "a word", text -> {
            var words = new ArrayList<String>();
            for (E constant : type.getEnumConstants()) {
                String word = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
                if (word.equals(text)) {
                    return constant;
                }
                words.add(word);
            }
            throw new IllegalArgumentException("it is '" + text + "', wanted is one of " + String.join(", ", words)
                    + "." + Nearest.hint(text, words));
        });
    }

    /// All keys of this object with their texts, also of inner objects, whose keys are joined by dots.
    public Map<String, String> all() {
        known.addAll(object.keySet());
        var all = new LinkedHashMap<String, String>();
        object.toConfig()
                .entrySet()
                .forEach(entry -> all.put(
                        entry.getKey().replace("\"", ""),
                        String.valueOf(entry.getValue().unwrapped())));
        return all;
    }

    /// Notes the keys that nobody asked for.
    public void done() {
        for (String key : keysUnknown()) {
            problem(
                    key,
                    "there is no such key." + Nearest.hint(key, known) + " Allowed "
                            + (known.size() == 1 ? "is " : "are ") + String.join(", ", known) + ".");
        }
    }

    private List<String> keysUnknown() {
        return object.keySet().stream()
                .filter(key -> !known.contains(key))
                .sorted()
                .toList();
    }

    private Optional<ConfigValue> value(String key) {
        return Optional.ofNullable(object.get(key)).filter(value -> value.valueType() != ConfigValueType.NULL);
    }

    private <T> Optional<T> simple(String key, String wanted, Function<String, T> parser) {
        known.add(key);
        return value(key).flatMap(value -> {
            if (value instanceof ConfigObject || value instanceof ConfigList) {
                problem(key, "it is " + shown(value) + ", wanted is " + wanted);
                return Optional.empty();
            }
            String text = String.valueOf(value.unwrapped());
            try {
                return Optional.of(parser.apply(text));
            } catch (NumberFormatException e) {
                problem(key, "it is '" + text + "', wanted is " + wanted);
            } catch (IllegalArgumentException e) {
                problem(key, String.valueOf(e.getMessage()));
            }
            return Optional.empty();
        });
    }

    private <T> Optional<T> library(String key, String wanted, Function<Config, T> reader) {
        known.add(key);
        return value(key).flatMap(value -> {
            try {
                return Optional.of(reader.apply(object.toConfig()));
            } catch (ConfigException e) {
                problem(key, "it is " + shown(value) + ", wanted is " + wanted);
            } catch (IllegalArgumentException e) {
                problem(key, String.valueOf(e.getMessage()));
            }
            return Optional.empty();
        });
    }

    private static <T> T within(T value, double number, double min, double max, String range) {
        if (!(number >= min && number <= max)) {
            throw new IllegalArgumentException("it is out of range, allowed is " + range);
        }
        return value;
    }

    private static String key(String key) {
        return com.typesafe.config.ConfigUtil.quoteString(key);
    }

    private String full(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String shown(ConfigValue value) {
        return switch (value.valueType()) {
            case OBJECT -> "an object";
            case LIST -> "a list";
            default -> "'" + value.unwrapped() + "'";
        };
    }

    private static String shown(Duration duration) {
        return io.flywheel.loadtest.result.Quantities.time(duration.toNanos());
    }

    /// Where a key of this object is said, for what is found wrong later: file and line.
    String where(String key) {
        var value = object.get(key);
        return where(value == null ? object.origin() : value.origin());
    }

    private static String where(ConfigOrigin origin) {
        String name = origin.filename() == null ? origin.description() : origin.filename();
        return origin.lineNumber() > 0 ? name.replaceFirst(": \\d+.*$", "") + ":" + origin.lineNumber() : name;
    }
}

package io.flywheel.shardstore.checks;

import io.flywheel.base.simulated.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Makes a failing history small: takes the first simpler one that fails too, again and again, until none does or
/// the tries are used up. Deterministic.
final class Shrinker {
    private static final int SCHEDULES = 4;

    private final Predicate<History> fails;
    private int triesLeft;

    Shrinker(Predicate<History> fails, int triesMax) {
        this.fails = fails;
        this.triesLeft = triesMax;
    }

    History shrink(History failing) {
        var best = failing;
        while (true) {
            var simpler = simpler(best).filter(this::stillFails).findFirst();
            if (simpler.isEmpty()) {
                return best;
            }
            best = simpler.get();
        }
    }

    private boolean stillFails(History history) {
        return triesLeft-- > 0 && fails.test(history);
    }

    private static Stream<History> simpler(History history) {
        var fewer = shorter(history.ops()).map(ops -> new History(history.config(), ops));
        var flat = flatter(history.ops()).map(ops -> new History(history.config(), ops));
        var calmer = calmer(history.config()).map(config -> new History(config, history.ops()));
        var smaller = elements(history.ops()).map(ops -> new History(history.config(), ops));
        return Stream.of(fewer, flat, calmer, smaller).flatMap(stream -> stream).flatMap(Shrinker::reseeded);
    }

    /// Fewer operations beside each other often need another schedule to fail.
    private static Stream<History> reseeded(History history) {
        boolean concurrent = history.ops().stream().anyMatch(op -> op instanceof Op.Together);
        var config = history.config();
        return Stream.iterate(0, index -> index < (concurrent ? SCHEDULES : 1), index -> index + 1)
                .map(index -> new History(
                        new Config(config.shape(), config.schedule(), config.seed() + index), history.ops()));
    }

    private static Stream<Config> calmer(Config config) {
        var calm = new Schedule.InTurn();
        if (config.schedule().equals(calm)) {
            return Stream.empty();
        }
        return Stream.of(new Config(config.shape(), calm, 0));
    }

    /// Callers that need not run beside each other.
    private static Stream<List<Op>> flatter(List<Op> ops) {
        return Stream.iterate(0, at -> at < ops.size(), at -> at + 1)
                .filter(at -> ops.get(at) instanceof Op.Together)
                .map(at -> {
                    var flat = new ArrayList<>(ops.subList(0, at));
                    ((Op.Together) ops.get(at)).callers().forEach(flat::addAll);
                    flat.addAll(ops.subList(at + 1, ops.size()));
                    return flat;
                });
    }

    private static <T> Stream<List<T>> shorter(List<T> list) {
        var sizes = Stream.iterate(list.size(), size -> size >= 1, size -> size / 2);
        return sizes.flatMap(size -> Stream.iterate(0, at -> at < list.size(), at -> at + size)
                .map(at -> {
                    var rest = new ArrayList<>(list.subList(0, at));
                    rest.addAll(list.subList(Math.min(list.size(), at + size), list.size()));
                    return (List<T>) rest;
                }));
    }

    @SuppressWarnings("unchecked")
    private static <T> Stream<List<T>> elements(List<T> list) {
        return Stream.iterate(0, at -> at < list.size(), at -> at + 1)
                .flatMap(at -> simplerPart((Object) list.get(at)).map(replacement -> {
                    var changed = new ArrayList<>(list);
                    changed.set(at, (T) replacement);
                    return (List<T>) changed;
                }));
    }

    private static Stream<Object> simplerPart(Object part) {
        return switch (part) {
            case Integer number ->
                Stream.of(0, 1, number / 2, number - 1)
                        .filter(other -> other >= 0 && other < number)
                        .distinct()
                        .map(other -> other);
            case Boolean flag -> flag ? Stream.empty() : Stream.of(true);
            case Enum<?> constant ->
                Stream.of(constant.getDeclaringClass().getEnumConstants())
                        .takeWhile(other -> !other.equals(constant))
                        .map(other -> other);
            case List<?> list -> Stream.concat(shorter(list), elements(list)).map(other -> other);
            case Record _ -> {
                var parts = Parts.of(part);
                yield Stream.iterate(0, index -> index < parts.size(), index -> index + 1)
                        .flatMap(index -> simplerPart(parts.get(index))
                                .flatMap(other -> Parts.with(part, index, other).stream()));
            }
            default -> Stream.empty();
        };
    }
}

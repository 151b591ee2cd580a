package io.flywheel.loadtest.runfile;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.schedule.Arrivals;
import io.flywheel.loadtest.schedule.RateProfile;
import io.flywheel.loadtest.schedule.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The object `load` of a run file: how much, when.
///
/// @param profile starts a second, or users
/// @param inFlightMax what should start while so many are in flight is dropped
/// @param drain how long what is in flight at the end may take
/// @param warmup what is not counted
/// @param draw which one of arrivals, transactions, keys and sizes: others are as random, and number their executions
///     otherwise
public record LoadSection(
        LoadPlan.Model model,
        List<Stage> stages,
        RateProfile profile,
        Arrivals.Spacing spacing,
        int inFlightMax,
        Duration drain,
        Duration warmup,
        int draw) {

    private static final double RATE_MAX = 100_000_000;
    private static final long USERS_MAX = 1_000_000;
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(365);
    private static final int IN_FLIGHT = 10_000;
    /// As many as there are probes in a search.
    private static final int DRAW_MAX = 10_000;

    /// What `stages` count.
    enum Of {
        RATE,
        CONCURRENCY;

        private Optional<Double> level(Section section, String key) {
            return this == RATE ? section.rate(key, RATE_MAX) : section.users(key, USERS_MAX);
        }
    }

    public LoadSection {
        stages = List.copyOf(stages);
    }

    /// How long the schedule is.
    public Duration length() {
        return Duration.ofNanos(profile.lengthNanos());
    }

    /// One start a second for ten: what stands in for a section that is wrong.
    private static List<Stage> standIn() {
        return List.of(new Stage.Hold(1, Duration.ofSeconds(10)));
    }

    /// @param folder relative paths begin there
    static LoadSection read(Section section, Path folder) {
        boolean rate = section.has("rate");
        boolean concurrency = section.has("concurrency");
        boolean staged = section.has("stages");
        if ((rate ? 1 : 0) + (concurrency ? 1 : 0) + (staged ? 1 : 0) != 1) {
            section.problem("", "it wants exactly one of rate, concurrency and stages");
        }
        var of = section.choice("of", Of.class).orElse(concurrency ? Of.CONCURRENCY : Of.RATE);
        if (section.has("of") && !staged) {
            section.problem("of", "it says what stages count; there are none");
        }
        Optional<Duration> duration = section.duration("duration", SHORTEST, LONGEST);
        List<Stage> stages = new ArrayList<>();
        if (staged) {
            if (duration.isPresent()) {
                section.problem("duration", "stages say how long each lasts with 'for'");
            }
            double before = 0;
            var said = section.sections("stages");
            for (Section stage : said) {
                int problems = stages.size();
                stage(stage, of, before, folder).ifPresent(stages::add);
                if (stages.size() > problems && !stages.getLast().pieces().isEmpty()) {
                    before = stages.getLast().pieces().getLast().to();
                }
            }
            if (said.isEmpty()) {
                section.problem("stages", "there is no stage");
            }
        } else {
            double level = of.level(section, rate ? "rate" : "concurrency").orElse(1.0);
            if (duration.isEmpty() && !section.has("duration")) {
                section.problem("", "duration is missing");
            }
            stages.add(new Stage.Hold(level, duration.orElse(Duration.ofSeconds(10))));
        }
        var spacing = section.choice("arrivals", Arrivals.Spacing.class).orElse(Arrivals.Spacing.POISSON);
        int inFlight = section.number("in-flight-max", 1, 10_000_000)
                .orElse((long) IN_FLIGHT)
                .intValue();
        var drain = section.duration("drain", Duration.ZERO, Duration.ofDays(1)).orElse(Duration.ofSeconds(30));
        var warmup = section.duration("warmup", Duration.ZERO, LONGEST).orElse(Duration.ZERO);
        int draw = section.number("draw", 0, DRAW_MAX).orElse(0L).intValue();
        section.done();
        var whole = stages.isEmpty() ? standIn() : stages;
        RateProfile profile;
        try {
            profile = new RateProfile(whole);
        } catch (IllegalArgumentException | ArithmeticException tooLong) {
            section.problem("stages", "together they last longer than 365 days");
            whole = standIn();
            profile = new RateProfile(whole);
        }
        if (warmup.toNanos() >= profile.lengthNanos()) {
            section.problem("warmup", "it is as long as the run");
        }
        boolean open = of == Of.RATE;
        return new LoadSection(
                open ? LoadPlan.Model.OPEN : LoadPlan.Model.CLOSED,
                whole,
                profile,
                spacing,
                open ? inFlight : (int) Math.max(inFlight, Math.ceil(profile.highestRate())),
                drain,
                warmup,
                draw);
    }

    /// The same at one rate.
    LoadSection at(double perSecond, Duration warmup, Duration measured, int draw) {
        List<Stage> hold = List.of(new Stage.Hold(perSecond, warmup.plus(measured)));
        return new LoadSection(
                LoadPlan.Model.OPEN, hold, new RateProfile(hold), spacing, inFlightMax, drain, warmup, draw);
    }

    private static Optional<Stage> stage(Section section, Of of, double before, Path folder) {
        var kinds = List.of("hold", "ramp", "step", "spike", "replay").stream()
                .filter(section::has)
                .toList();
        if (kinds.size() != 1) {
            section.problem("", "it wants exactly one of hold, ramp, step, spike and replay");
            return Optional.empty();
        }
        String kind = kinds.getFirst();
        Optional<Stage> stage = switch (kind) {
            case "replay" -> replay(section, folder, of);
            case "hold" -> {
                var length = length(section);
                yield of.level(section, "hold").flatMap(level -> length.map(l -> new Stage.Hold(level, l)));
            }
            default ->
                section.section(kind).flatMap(inner -> {
                    var length = length(section);
                    Optional<Stage> read = length.flatMap(l -> shaped(kind, inner, l, of, before));
                    inner.done();
                    return read;
                });
        };
        section.done();
        return stage;
    }

    private static Optional<Stage> shaped(String kind, Section inner, Duration length, Of of, double before) {
        try {
            return switch (kind) {
                case "ramp" -> {
                    double from = of.level(inner, "from").orElse(before);
                    yield required(inner, "to", of).map(to -> new Stage.Ramp(from, to, length));
                }
                case "step" -> {
                    double from = of.level(inner, "from").orElse(before);
                    int steps = inner.number("steps", 2, 10_000).orElse(5L).intValue();
                    yield required(inner, "to", of).map(to -> new Stage.Step(from, to, steps, length.dividedBy(steps)));
                }
                default -> {
                    double base = of.level(inner, "base").orElse(before);
                    var peakLength = inner.duration("for", SHORTEST, LONGEST).orElse(length.dividedBy(3));
                    yield required(inner, "peak", of).map(peak -> new Stage.Spike(base, peak, peakLength, length));
                }
            };
        } catch (IllegalArgumentException e) {
            inner.problem("", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static Optional<Double> required(Section section, String key, Of of) {
        if (!section.has(key)) {
            section.problem("", key + " is missing");
        }
        return of.level(section, key);
    }

    private static Optional<Duration> length(Section section) {
        if (!section.has("for")) {
            section.problem("", "'for' is missing: how long the stage lasts");
        }
        return section.duration("for", SHORTEST, LONGEST);
    }

    private static Optional<Stage> replay(Section section, Path folder, Of of) {
        double speed = section.decimal("speed", 0.001, 1_000).orElse(1.0);
        if (of == Of.CONCURRENCY) {
            section.problem("replay", "a trace has arrivals: it is replayed at a rate, not with a concurrency");
            return Optional.empty();
        }
        return section.text("replay").flatMap(name -> {
            Path file = folder.resolve(name);
            try {
                return Optional.of(new Stage.Replay(TraceFile.read(file).faster(speed)));
            } catch (IOException e) {
                section.problem("replay", file + " cannot be read: " + e);
            } catch (IllegalArgumentException e) {
                section.problem("replay", String.valueOf(e.getMessage()));
            }
            return Optional.empty();
        });
    }
}

package io.flywheel.loadtest.canary;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.runfile.CanarySection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Takes in how executions end, and does what follows: counts, alarms, reports. From any thread. What it must know
/// after a restart is in a file before anybody hears of it: whoever is told of an alarm is told of its end, and of
/// neither twice, except where the canary ends between telling and noting that it has told.
public final class Watch implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String target;
    private final String rule;
    private final Path file;
    private final Consumer<String> log;
    private final IncidentFolder incidents;
    private final Optional<Webhook> webhook;
    private final ReentrantLock lock = new ReentrantLock();
    private final Alarm alarm;
    private final Figures figures = new Figures();
    private final List<Map<String, Object>> untold = new ArrayList<>();
    private final Set<String> left = new LinkedHashSet<>();
    private boolean cannotSave;

    /// Goes on where the canary before ended, whatever ended it.
    ///
    /// @param target where the service is
    /// @param watched the transactions that are run
    /// @param log of what is worth a line
    public Watch(CanarySection section, String target, List<String> watched, Clock clock, Consumer<String> log) {
        this.target = target;
        this.log = log;
        this.alarm = new Alarm(section.failures(), section.of(), section.successes());
        this.rule = section.rule();
        this.file = section.state();
        this.incidents = new IncidentFolder(section.incidents());
        this.webhook = section.webhook().map(address -> new Webhook(address, PAUSE, this::told, log));
        lock.lock();
        try {
            before().ifPresent(state -> resume(state, watched, clock.now()));
        } finally {
            lock.unlock();
        }
    }

    private Optional<CanaryState> before() {
        try {
            var state = CanaryState.read(file);
            if (state.isPresent() && !state.get().target().equals(target)) {
                log.accept(
                        "forgotten: " + file + ", which is about " + state.get().target());
                return Optional.empty();
            }
            return state;
        } catch (IOException e) {
            log.accept("what the canary before knew is lost: " + e.getMessage());
            return Optional.empty();
        }
    }

    private void resume(CanaryState state, List<String> watched, Instant now) {
        left.addAll(state.left());
        Optional<Incident> over = Optional.empty();
        if (state.incident().isPresent()) {
            var known = state.incident().get();
            var still = new TreeMap<>(known.affected());
            still.keySet().removeIf(name -> Observation.isTransaction(name) && !watched.contains(name));
            over = still.isEmpty() ? Optional.of(known) : Optional.empty();
            if (!still.isEmpty()) {
                var on = known.with(still);
                alarm.resume(on);
                log.accept("ALARM " + on.id() + " is still on: " + String.join(", ", still.keySet()));
                write(on, () -> incidents.add(on, IncidentReport.resumed(now)));
            }
        }
        webhook.ifPresent(hook -> state.untold().forEach(notice -> {
            untold.add(notice);
            hook.tell(notice);
        }));
        over.ifPresent(known -> {
            // Nobody would ever see it succeed.
            String names = String.join(", ", known.affected().keySet());
            log.accept("over " + known.id() + ": " + names + " is not run any more");
            write(known, () -> incidents.add(known, IncidentReport.dropped(names, now)));
            tell("dropped", now, known);
        });
        save();
    }

    private void told(Webhook.Outcome outcome) {
        lock.lock();
        try {
            figures.webhook(outcome == Webhook.Outcome.DELIVERED);
            if (!untold.isEmpty()) {
                untold.removeFirst();
            }
            save();
        } finally {
            lock.unlock();
        }
    }

    /// What cannot be kept is said once: the canary watches all the same.
    private void save() {
        try {
            CanaryState.of(target, List.copyOf(left), alarm.incident(), untold).write(file);
            cannotSave = false;
        } catch (IOException e) {
            if (!cannotSave) {
                log.accept("a restart would forget the alarm: " + file + " cannot be written: " + e);
            }
            cannotSave = true;
        }
    }

    /// An execution has ended.
    void saw(Observation seen) {
        lock.lock();
        try {
            figures.add(seen);
            var change = alarm.observe(seen);
            switch (change) {
                case Alarm.Change.Nothing() -> {
                    if (alarm.isAlarmed(seen.transaction())) {
                        save();
                    }
                }
                case Alarm.Change.Raised(var incident) -> {
                    figures.incident();
                    log.accept("ALARM " + incident.id() + ": " + seen.transaction() + " failed, " + rule + ": "
                            + seen.reason());
                    write(incident, () -> incidents.add(incident, IncidentReport.draft(incident, target, rule)));
                    tell("alarm", seen.ended(), incident);
                }
                case Alarm.Change.Spread(var incident, var transaction) -> {
                    log.accept("ALARM " + incident.id() + ": " + transaction + " fails too: " + seen.reason());
                    write(incident, () -> incidents.add(incident, IncidentReport.spread(incident, transaction)));
                    tell("spread", seen.ended(), incident);
                }
                case Alarm.Change.Recovered(var incident) -> {
                    log.accept("recovered " + incident.id());
                    write(incident, () -> incidents.add(incident, IncidentReport.recovery(incident)));
                    tell("recovered", seen.ended(), incident);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private interface Writing {
        void run() throws IOException;
    }

    /// An alarm is told even where its report cannot be written.
    private void write(Incident incident, Writing writing) {
        try {
            writing.run();
            log.accept("report: " + incidents.file(incident));
        } catch (IOException e) {
            log.accept("the report " + incidents.file(incident) + " cannot be written: " + e);
        }
    }

    private void tell(String event, Instant at, Incident incident) {
        if (webhook.isPresent()) {
            tell(new Notice(event, at, incident, target).fields());
        } else {
            save();
        }
    }

    private void tell(Map<String, Object> notice) {
        untold.add(notice);
        save();
        if (!webhook.orElseThrow().tell(notice)) {
            untold.removeLast();
            figures.webhook(false);
            save();
        }
    }

    /// A run begins that may leave something.
    ///
    /// @param run its id
    void begins(String run) {
        lock.lock();
        try {
            left.add(run);
            save();
        } finally {
            lock.unlock();
        }
    }

    /// Nothing of a run is left.
    void isGone(String run) {
        lock.lock();
        try {
            left.remove(run);
            save();
        } finally {
            lock.unlock();
        }
    }

    /// The ids of the runs that may have left something, oldest first.
    List<String> left() {
        lock.lock();
        try {
            return List.copyOf(left);
        } finally {
            lock.unlock();
        }
    }

    /// What a life of the transactions left behind.
    void cleaned(long done, long failed, List<String> problems) {
        lock.lock();
        try {
            figures.cleaned(done, failed, problems);
        } finally {
            lock.unlock();
        }
    }

    /// Whether it has failed since it last succeeded.
    boolean isFailing(String transaction) {
        lock.lock();
        try {
            return alarm.isFailing(transaction);
        } finally {
            lock.unlock();
        }
    }

    /// What Prometheus reads.
    public String prometheus() {
        lock.lock();
        try {
            return figures.prometheus(alarm.failuresInRow(), alarm.incident().isPresent());
        } finally {
            lock.unlock();
        }
    }

    /// How the service is, as an object for JSON: `starting` until something has run.
    public Map<String, Object> health() {
        lock.lock();
        try {
            var health = new LinkedHashMap<String, Object>();
            var incident = alarm.incident();
            health.put(
                    "status",
                    incident.isPresent() ? "alarm" : figures.transactions().isEmpty() ? "starting" : "ok");
            health.put("target", target);
            incident.ifPresent(on -> {
                health.put("incident", on.id());
                health.put("since", on.began().toString());
                health.put("failing", List.copyOf(on.affected().keySet()));
            });
            var transactions = new ArrayList<Map<String, Object>>();
            var rows = alarm.failuresInRow();
            for (String name : figures.transactions()) {
                var one = new LinkedHashMap<String, Object>();
                one.put("name", name);
                one.put("failuresInRow", rows.getOrDefault(name, 0));
                figures.last(name).ifPresent(at -> one.put("last", at.toString()));
                figures.lastSuccess(name).ifPresent(at -> one.put("lastSuccess", at.toString()));
                transactions.add(one);
            }
            health.put("transactions", transactions);
            return health;
        } finally {
            lock.unlock();
        }
    }

    /// What has not been told by then is told when the canary is started again.
    @Override
    public void close() {
        webhook.ifPresent(Webhook::close);
    }
}

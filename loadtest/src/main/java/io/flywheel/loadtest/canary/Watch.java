package io.flywheel.loadtest.canary;

import io.flywheel.loadtest.runfile.CanarySection;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Takes in how executions end, and does what follows: counts, alarms, reports. From any thread.
public final class Watch implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String target;
    private final String rule;
    private final Consumer<String> log;
    private final IncidentFolder incidents;
    private final Optional<Webhook> webhook;
    private final ReentrantLock lock = new ReentrantLock();
    private final Alarm alarm;
    private final Figures figures = new Figures();

    /// @param target where the service is
    /// @param log of what is worth a line
    public Watch(CanarySection section, String target, Consumer<String> log) {
        this.target = target;
        this.log = log;
        this.alarm = new Alarm(section.failures(), section.successes());
        this.rule = section.failures() == 1 ? "at the first failure" : section.failures() + " failures in a row";
        this.incidents = new IncidentFolder(section.incidents());
        this.webhook = section.webhook().map(address -> new Webhook(address, PAUSE, this::told, log));
    }

    private void told(boolean delivered) {
        lock.lock();
        try {
            figures.webhook(delivered);
        } finally {
            lock.unlock();
        }
    }

    /// An execution has ended.
    void saw(Observation seen) {
        lock.lock();
        try {
            figures.add(seen);
            switch (alarm.observe(seen)) {
                case Alarm.Change.Nothing() -> {}
                case Alarm.Change.Raised(var incident) -> {
                    figures.incident();
                    log.accept("ALARM " + incident.id() + ": " + seen.transaction() + " failed, " + rule + ": "
                            + seen.reason());
                    write(incident, () -> incidents.begin(incident, IncidentReport.draft(incident, target, rule)));
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
        webhook.ifPresent(hook -> hook.tell(new Notice(event, at, incident, target)));
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

    /// Whether an alarm is on.
    public boolean isAlarmed() {
        lock.lock();
        try {
            return alarm.incident().isPresent();
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

    @Override
    public void close() {
        webhook.ifPresent(Webhook::close);
    }
}

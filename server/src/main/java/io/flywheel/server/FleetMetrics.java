package io.flywheel.server;

import io.flywheel.server.admin.FleetFigures;
import io.flywheel.server.admin.LogCopy;
import io.flywheel.server.admin.RunningStore;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What {@code ./flywheel status} tells, as metrics.
final class FleetMetrics {
    private FleetMetrics() {}

    static void observe(Metrics metrics, RunningStore store) {
        metrics.gauges(
                "flywheel_disks",
                "Disks of the store by state.",
                List.of("state"),
                callback -> FleetFigures.of(store).disks().forEach((state, count) -> callback.call(count, state)));
        metrics.gauges(
                "flywheel_copysets",
                "Copysets by the losses that they were made for, and how many more they survive; negative: unreadable.",
                List.of("parity", "remaining"),
                callback -> FleetFigures.of(store)
                        .copysets()
                        .forEach(level -> callback.call(
                                level.copysets(),
                                Integer.toString(level.parity()),
                                Integer.toString(level.remaining()))));
        metrics.gauges(
                "flywheel_namespace_log_disks",
                "Disks that hold the namespace's log, by state.",
                List.of("state"),
                callback -> store.namespaceLog().copies().stream()
                        .collect(Collectors.groupingBy(LogCopy::words, TreeMap::new, Collectors.counting()))
                        .forEach((state, count) -> callback.call(count, state)));
        metrics.gauge(
                "flywheel_namespace_may_lose",
                "How many more disks the namespace survives; negative: it takes no changes.",
                () -> store.namespaceLog().mayLose());
        metrics.gauge(
                "flywheel_namespace_made_to_lose",
                "How many lost disks the namespace survives when all is well.",
                () -> store.namespaceLog().madeToLose(store.map()));
        metrics.gauges(
                "flywheel_worker_done_ratio",
                "How much of its present round a data service has done.",
                List.of("worker"),
                callback -> store.workers()
                        .forEach(worker -> worker.share().ifPresent(share -> callback.call(share, worker.name()))));
        metrics.gauges(
                "flywheel_worker_bytes_per_second",
                "What a data service has moved of late.",
                List.of("worker"),
                callback -> store.workers().forEach(worker -> callback.call(worker.bytesPerSecond(), worker.name())));
        metrics.gauges(
                "flywheel_worker_remaining_seconds",
                "Until a data service's present round is done, estimated.",
                List.of("worker"),
                callback -> store.workers()
                        .forEach(worker -> worker.remaining()
                                .ifPresent(left -> callback.call(left.toMillis() / 1e3, worker.name()))));
        metrics.gauges(
                "flywheel_worker_alarms",
                "Whether a data service needs an operator.",
                List.of("worker"),
                callback -> store.workers()
                        .forEach(worker -> callback.call(worker.alarm().isEmpty() ? 0 : 1, worker.name())));
    }
}

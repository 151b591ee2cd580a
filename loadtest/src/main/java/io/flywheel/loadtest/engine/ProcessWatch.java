package io.flywheel.loadtest.engine;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.flywheel.base.Clock;
import io.flywheel.loadtest.result.GeneratorHealth;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/// What this process costs its machine, as the JVM and the system tell.
public final class ProcessWatch implements AutoCloseable {
    private final Clock clock;
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final List<NotificationEmitter> collectors = new ArrayList<>();
    private final NotificationListener listener = this::collected;
    private final AtomicLong pauseNanos = new AtomicLong();
    private final AtomicLong pauseNanosMax = new AtomicLong();
    private long cpuNanos;
    private long sinceNanos;

    public ProcessWatch(Clock clock) {
        this.clock = clock;
        this.cpuNanos = cpuNanos();
        this.sinceNanos = clock.monotonicNanos();
        for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            // Of collectors that mostly run beside the program, only the pauses.
            boolean pauses = !collector.getName().contains("Cycles")
                    && !collector.getName().contains("Concurrent");
            if (pauses && collector instanceof NotificationEmitter emitter) {
                emitter.addNotificationListener(listener, null, null);
                collectors.add(emitter);
            }
        }
    }

    /// How many processors the process has.
    public static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    private void collected(Notification notification, @Nullable Object handback) {
        if (notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            var info = GarbageCollectionNotificationInfo.from((CompositeData) notification.getUserData());
            long nanos = info.getGcInfo().getDuration() * 1_000_000;
            pauseNanos.addAndGet(nanos);
            pauseNanosMax.accumulateAndGet(nanos, Math::max);
        }
    }

    /// Also of the processes that execute for this one.
    private long cpuNanos() {
        long children = ProcessHandle.current()
                .children()
                .flatMap(child -> child.info().totalCpuDuration().stream())
                .mapToLong(java.time.Duration::toNanos)
                .sum();
        return system.getProcessCpuTime() + children;
    }

    /// How long garbage collection stopped this process since the last call.
    public long takePauses() {
        return pauseNanos.getAndSet(0);
    }

    /// The longest of these stops.
    public long takePauseMax() {
        return pauseNanosMax.getAndSet(0);
    }

    /// What was seen since the last call, with what the starter saw.
    GeneratorHealth take(Starter starter) {
        long now = clock.monotonicNanos();
        long cpu = cpuNanos();
        long files = -1;
        long filesLimit = 0;
        if (system instanceof UnixOperatingSystemMXBean unix) {
            files = unix.getOpenFileDescriptorCount();
            filesLimit = unix.getMaxFileDescriptorCount();
        }
        var health = new GeneratorHealth(
                starter.takeLag(),
                (now - sinceNanos) * processors(),
                Math.max(0, cpu - cpuNanos),
                starter.takeBusy(),
                Math.max(0, system.getCpuLoad()),
                pauseNanos.getAndSet(0) + starter.takePausesElsewhere(),
                Math.max(pauseNanosMax.getAndSet(0), starter.takePauseElsewhereMax()),
                starter.takeInFlightPeak(),
                Math.max(0, files),
                filesLimit,
                starter.takeRefusals());
        sinceNanos = now;
        cpuNanos = cpu;
        return health;
    }

    @Override
    public void close() {
        for (var collector : collectors) {
            try {
                collector.removeNotificationListener(listener);
            } catch (ListenerNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}

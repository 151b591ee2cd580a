package io.flywheel.shardstore;

import io.flywheel.base.Tasks;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the live frames of several parts of an extent at once, each on a task, while what was read before is used.
/// What to read next is known only once a header was read: one part alone would wait for the disk most of the time.
/// After {@link #settle} no task is left.
final class ReadAhead {
    private final Tasks tasks;
    private final ArrayDeque<Window> free = new ArrayDeque<>();
    private final ArrayDeque<LiveFrames> waiting = new ArrayDeque<>();
    private final ArrayDeque<Reading> underWay = new ArrayDeque<>();
    private @Nullable Window used;

    private record Reading(LiveFrames frames, Window window, Tasks.Task task) {}

    /// @param windowBytes of each window; there is one more than parts
    ReadAhead(Tasks tasks, int sectorBytes, int windowBytes) {
        this.tasks = tasks;
        for (int part = 0; part <= ExtentTable.PARTS_MAX; part++) {
            free.add(new Window(sectorBytes, windowBytes));
        }
    }

    /// Turns to another extent.
    void begin(List<LiveFrames> parts) {
        settle();
        underWay.forEach(reading -> free.add(reading.window()));
        underWay.clear();
        waiting.clear();
        waiting.addAll(parts);
    }

    /// The next window, to be used until the next call; null when there is none.
    @Nullable
    Window next() {
        if (used != null) {
            free.add(used);
            used = null;
        }
        var first = waiting.poll();
        if (first != null) {
            return next(first);
        }
        var reading = underWay.poll();
        if (reading == null) {
            return null;
        }
        used = reading.window();
        await(reading.task());
        return goOn(reading.frames(), used);
    }

    /// Reads a part itself, since it would wait for it anyway, while the tasks read the others.
    private Window next(LiveFrames first) {
        while (!waiting.isEmpty()) {
            start(waiting.remove());
        }
        var window = free.remove();
        used = window;
        first.fill(window);
        return goOn(first, window);
    }

    private Window goOn(LiveFrames frames, Window window) {
        if (window.end() instanceof Window.End.Full) {
            start(frames);
        }
        return window;
    }

    private void start(LiveFrames frames) {
        var window = free.remove();
        underWay.add(new Reading(frames, window, tasks.start("read ahead", () -> frames.fill(window))));
    }

    /// Waits for what is under way.
    void settle() {
        underWay.forEach(reading -> await(reading.task()));
    }

    /// Waits also when the caller is cancelled: the task reads into memory that is used again.
    private static void await(Tasks.Task task) {
        Tasks.Cancelled cancelled = null;
        do {
            try {
                task.join();
            } catch (Tasks.Cancelled e) {
                cancelled = e;
            }
        } while (!task.isDone());
        if (cancelled != null) {
            throw cancelled;
        }
    }
}

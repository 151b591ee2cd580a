package io.flywheel.server;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// The log on standard error: every line goes through one bounded queue and one thread, which formats and writes many
/// at a time, so that whoever logs never waits for the reader of the log and never formats. When the reader is too slow
/// lines are dropped and the next line that gets through says how many.
final class LogLines {
    static final LogLines STANDARD_ERROR = new LogLines(new FileOutputStream(FileDescriptor.err));

    private static final int LINES_MAX = 32_768;
    private static final int WRITE_CHARS = 48 << 10;
    private static final Duration PAUSE_MIN = Duration.ofMillis(2);
    private static final Duration PAUSE_MAX = Duration.ofMillis(20);

    private final OutputStream output;
    private final ConcurrentLinkedQueue<Line> lines = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder dropped = new LongAdder();
    private volatile boolean closing;
    private final Thread writer;

    /// A line of the log, formatted by the writing thread.
    @FunctionalInterface
    interface Line {
        void appendTo(StringBuilder text);
    }

    LogLines(OutputStream output) {
        this.output = output;
        this.writer = Thread.ofPlatform().name("log").daemon().start(this::run);
    }

    /// Takes the line, or drops it when too many wait. Costs a few dozen nanoseconds.
    void offer(Line line) {
        if (waiting.get() >= LINES_MAX) {
            dropped.increment();
            return;
        }
        waiting.incrementAndGet();
        lines.add(line);
    }

    private void run() {
        var text = new StringBuilder(WRITE_CHARS + 4096);
        long pauseNanos = PAUSE_MIN.toNanos();
        while (true) {
            // Read before the queue is looked at: what was offered before the closing is still written.
            boolean last = closing;
            if (drain(text)) {
                pauseNanos = PAUSE_MIN.toNanos();
            } else if (last) {
                return;
            } else {
                // Producers never wake this thread, since that costs them a system call: it looks in by itself.
                LockSupport.parkNanos(pauseNanos);
                pauseNanos = Math.min(2 * pauseNanos, PAUSE_MAX.toNanos());
            }
        }
    }

    private boolean drain(StringBuilder text) {
        text.setLength(0);
        long lost = dropped.sumThenReset();
        if (lost > 0) {
            new JsonLine(text)
                    .field("level", "WARN")
                    .field("message", "log lines were dropped, the reader of the log is too slow")
                    .field("lines", lost)
                    .end();
        }
        int count = 0;
        while (text.length() < WRITE_CHARS) {
            Line line = lines.poll();
            if (line == null) {
                break;
            }
            line.appendTo(text);
            count++;
        }
        if (text.isEmpty()) {
            return false;
        }
        waiting.addAndGet(-count);
        try {
            output.write(text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Nobody reads standard error any more: there is nowhere to say so.
            return count > 0;
        }
        return true;
    }

    /// Writes what was offered so far, waiting for at most {@code bound}; nothing offered later is written.
    void close(Duration bound) {
        closing = true;
        LockSupport.unpark(writer);
        try {
            writer.join(bound);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

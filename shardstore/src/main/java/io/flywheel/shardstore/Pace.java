package io.flywheel.shardstore;

import io.flywheel.base.Tasks;
import java.time.Duration;
import java.util.ArrayDeque;

/// Holds users to the pace of reclamation while free space is short: they wait often and briefly, instead of seldom
/// and long, and are refused only when reclamation has nothing left to do. Below the low mark of {@link Reserve} a
/// put takes its bytes from a credit, and each byte that an evacuation copies adds what the extent will give back
/// for it. Used under the log's mutex.
final class Pace {
    /// Reclamation that gives no sign of life for so long is not waited for.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Reserve reserve;
    private final long extentBytes;
    private final Tasks.Condition progress;
    /// Puts that wait, the first first.
    private final ArrayDeque<Long> line = new ArrayDeque<>();
    private long turns;
    private long creditBytes;
    private long waiting;
    /// Whether the last sign of reclamation was that it does something.
    private boolean reclaiming;
    /// Whether something was deleted since reclamation had nothing to do.
    private boolean deleted;
    /// What an evacuated byte gives back, in bytes.
    private double gain;

    /// @param mutex the log's
    Pace(Reserve reserve, long extentBytes, Tasks.Mutex mutex) {
        this.reserve = reserve;
        this.extentBytes = extentBytes;
        this.progress = mutex.condition();
    }

    /// Waits until a put may take so many bytes, in the order in which puts came.
    void awaitTurn(long bytes) {
        if (!reserve.isLow()) {
            return;
        }
        if (holds() || !line.isEmpty()) {
            long turn = turns++;
            line.add(turn);
            try {
                while (holds() || (reclaiming && line.getFirst() != turn)) {
                    await();
                }
            } finally {
                line.remove(turn);
                progress.signalAll();
            }
        }
        creditBytes -= bytes;
    }

    private boolean holds() {
        return reclaiming && creditBytes <= 0 && reserve.isLow();
    }

    /// Whether it makes sense to {@link #await} room that is not there.
    boolean mayGiveRoom() {
        return reclaiming || deleted;
    }

    /// Waits for reclamation to get on, or to end.
    void await() {
        waiting++;
        try {
            if (!progress.await(PATIENCE)) {
                reclaiming = false;
                deleted = false;
            }
        } finally {
            waiting--;
        }
    }

    /// Something was deleted.
    void deleted() {
        deleted = true;
    }

    /// How much reclamation is wanted; see {@link ShardStore.Reclamation}.
    double pressure() {
        return waiting > 0 ? 1 : reserve.pressure();
    }

    /// An evacuation begins.
    void begin(long liveBytes) {
        gain = (double) (extentBytes - liveBytes) / Math.max(1, liveBytes);
        reclaiming = true;
    }

    /// An evacuation copied so many bytes.
    void copied(long bytes) {
        earn((long) (bytes * gain));
    }

    /// An extent without live bytes came back.
    void freed() {
        earn(extentBytes);
    }

    private void earn(long bytes) {
        reclaiming = true;
        creditBytes = Math.min(extentBytes, creditBytes + bytes);
        // Waking everybody for each small frame costs more than it brings.
        if (creditBytes > extentBytes / 64) {
            progress.signalAll();
        }
    }

    /// Room may be there, or reclamation did what gives none.
    void look() {
        reclaiming = true;
        progress.signalAll();
    }

    /// Reclamation has nothing to do, or the log takes nothing any more.
    void end() {
        reclaiming = false;
        deleted = false;
        progress.signalAll();
    }
}

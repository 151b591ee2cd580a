package io.flywheel.loadtest.fleet;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Writes frames to a connection on a thread of its own: who says something does not wait for who listens. When it
/// cannot be written the connection is closed, which its reader sees.
final class FrameWriter implements AutoCloseable {
    private final Frames frames;
    private final BlockingQueue<byte[]> waiting;
    private final Thread thread;

    /// @param most so many frames wait
    FrameWriter(Frames frames, int most) {
        this.frames = frames;
        this.waiting = new ArrayBlockingQueue<>(most);
        this.thread = Thread.ofVirtual().name("writer").start(this::write);
    }

    /// False when too many wait.
    boolean offer(byte[] frame) {
        return waiting.offer(frame);
    }

    /// Leaves out the oldest when too many wait.
    void offerLatest(byte[] frame) {
        while (!waiting.offer(frame)) {
            waiting.poll();
        }
    }

    private void write() {
        try (frames) {
            while (true) {
                frames.write(waiting.take());
                for (byte[] next = waiting.poll(); next != null; next = waiting.poll()) {
                    frames.write(next);
                }
                frames.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // The reader sees it too, and whoever connected does so again.
            return;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        frames.close();
    }
}

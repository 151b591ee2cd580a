package io.flywheel.loadtest.bundle;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Messages on their way: who sends one never waits for the pipe. What is in flight bounds how many there are.
final class Outbox {
    private static final int BUFFER_BYTES = 1 << 16;

    private final LinkedBlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final AtomicReference<CountDownLatch> flushing = new AtomicReference<>(new CountDownLatch(0));

    private final Thread writer;

    Outbox(OutputStream stream, String name) {
        var out = new DataOutputStream(new BufferedOutputStream(stream, BUFFER_BYTES));
        writer = Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                write(out);
            } catch (IOException e) {
                // The other side has gone, which its reader sees too.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    void send(Frame frame) {
        frames.add(frame);
    }

    /// Waits until what was sent before is with the other side's pipe, or until the time is up.
    void flush(long millisMax) throws InterruptedException {
        var flushed = new CountDownLatch(1);
        flushing.set(flushed);
        send(new Frame(Frame.Kind.ALIVE, new byte[0]));
        boolean ignored = flushed.await(millisMax, TimeUnit.MILLISECONDS);
    }

    /// Nobody reads any more: what was not sent is not. Without it the thread waits for messages for ever.
    void close() {
        writer.interrupt();
    }

    private void write(DataOutputStream out) throws IOException, InterruptedException {
        while (true) {
            Frame frame = frames.take();
            while (frame != null) {
                frame.write(out);
                frame = frames.poll();
            }
            out.flush();
            if (frames.isEmpty()) {
                flushing.get().countDown();
            }
        }
    }
}

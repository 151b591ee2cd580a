package io.flywheel.loadtest.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// The addresses of a host, asked for again after a while, given out in turn. Asking may take long: it has a thread of
/// its own.
final class Names {
    private static final long VALID_NANOS = 30_000_000_000L;

    private record Known(CompletableFuture<InetAddress[]> addresses, long askedNanos) {}

    private final String host;
    private final AtomicReference<Known> known = new AtomicReference<>();
    private final AtomicInteger turn = new AtomicInteger();

    Names(String host) {
        this.host = host;
    }

    /// Where to connect next.
    CompletableFuture<InetAddress> next() {
        long now = System.nanoTime();
        Known current = known.get();
        if (current == null || now - current.askedNanos > VALID_NANOS || current.addresses.isCompletedExceptionally()) {
            var asked = new Known(new CompletableFuture<>(), now);
            if (known.compareAndSet(current, asked)) {
                Thread.ofVirtual().name("lookup").start(() -> ask(asked.addresses));
                current = asked;
            } else {
                current = known.get();
            }
        }
        return current.addresses.thenApply(
                addresses -> addresses[Math.floorMod(turn.getAndIncrement(), addresses.length)]);
    }

    private void ask(CompletableFuture<InetAddress[]> addresses) {
        try {
            addresses.complete(InetAddress.getAllByName(host));
        } catch (UnknownHostException | RuntimeException e) {
            addresses.completeExceptionally(e);
        }
    }
}

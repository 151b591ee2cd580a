package io.flywheel.base;

import io.flywheel.base.Transport.Connected;
import io.flywheel.base.Transport.Connection;
import io.flywheel.base.Transport.Limits;
import io.flywheel.base.Transport.Message;
import io.flywheel.base.Transport.Outcome;
import io.flywheel.base.Transport.Received;
import io.flywheel.base.Transport.Registration;
import io.flywheel.base.Transport.Service;
import io.flywheel.base.Transport.Terms;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// The nodes of one process: calls carry their bytes by reference, and who waits for an answer lends the service its
/// task. Needs nothing but {@link Tasks} and {@link Clock}, so it runs on the simulated ports too.
public final class Loopback {
    private final Tasks tasks;
    private final Clock clock;
    private final ConcurrentHashMap<Address, Served> served = new ConcurrentHashMap<>();
    private final AtomicLong connections = new AtomicLong();

    private record Address(NodeId node, String protocol) {}

    public Loopback(Tasks tasks, Clock clock) {
        this.tasks = tasks;
        this.clock = clock;
    }

    /// The transport of one of the nodes.
    public Transport as(NodeId self) {
        return new View(self);
    }

    private final class View implements Transport {
        private final NodeId self;

        View(NodeId self) {
            this.self = self;
        }

        @Override
        public NodeId self() {
            return self;
        }

        @Override
        public Registration serve(Terms terms, Service service) {
            var address = new Address(self, terms.protocol());
            var registration = new Served(address, terms, service);
            Check.checkState(served.putIfAbsent(address, registration) == null, "one service for a protocol of a node");
            return registration;
        }

        @Override
        public Connected connect(NodeId to, Terms terms, Limits limits, Duration timeout) {
            var there = served.get(new Address(to, terms.protocol()));
            if (there == null) {
                return new Connected.Unreachable("nobody serves " + terms.protocol() + " at " + to);
            }
            var objection = there.terms.objection(terms);
            if (objection.isPresent()) {
                return new Connected.Refused(objection.get());
            }
            int version = there.terms.versionWith(terms).orElseThrow();
            return new Connected.Ok(new LoopbackConnection(self, to, there, version, limits));
        }
    }

    private final class Served implements Registration {
        private final Address address;
        private final Terms terms;
        private final Service service;
        private volatile boolean closed;

        Served(Address address, Terms terms, Service service) {
            this.address = address;
            this.terms = terms;
            this.service = service;
        }

        @Override
        public void close() {
            closed = true;
            served.remove(address, this);
        }
    }

    private final class LoopbackConnection implements Connection {
        private final long number = connections.incrementAndGet();
        private final NodeId from;
        private final NodeId to;
        private final Served there;
        private final int version;
        private final CallWindow window;
        private volatile boolean closed;

        LoopbackConnection(NodeId from, NodeId to, Served there, int version, Limits limits) {
            this.from = from;
            this.to = to;
            this.there = there;
            this.version = version;
            this.window = new CallWindow(tasks, clock, limits);
        }

        @Override
        public NodeId peer() {
            return to;
        }

        @Override
        public int version() {
            return version;
        }

        @Override
        public Transport.Call send(Message message, ByteBuffer space, Duration timeout) {
            return begin(message, space, timeout, false);
        }

        @Override
        public Outcome call(Message message, ByteBuffer space, Duration timeout) {
            var call = begin(message, space, timeout, true);
            try {
                return call.await();
            } finally {
                call.awaitRelease();
            }
        }

        private Transport.Call begin(Message message, ByteBuffer space, Duration timeout, boolean callerWaits) {
            Check.check(space.remaining() <= Transport.BODY_BYTES_MAX, "a space has at most 8 MiB");
            long deadline = OpenCall.deadline(clock, timeout);
            if (closed || there.closed) {
                var reason = closed ? "the connection is closed" : to + " is gone";
                return ended(deadline, new Outcome.Unreachable(reason, false));
            }
            long bytes = (long) message.body().remaining() + space.remaining();
            if (!window.enter(bytes, deadline)) {
                return ended(deadline, new Outcome.Refused("too much is under way to " + to));
            }
            var call = new OpenCall(tasks, clock, deadline, () -> window.leave(bytes));
            var received = new Handed(this, message, space, call, callerWaits);
            try {
                there.service.accept(received);
            } catch (RuntimeException | Error e) {
                call.settle(new Outcome.Unreachable(to + " failed", true));
                call.release();
                throw e;
            }
            return call;
        }

        private Transport.Call ended(long deadline, Outcome outcome) {
            var call = new OpenCall(tasks, clock, deadline, () -> {});
            call.settle(outcome);
            call.release();
            return call;
        }

        @Override
        public <T> Optional<T> local(Class<T> capability) {
            return closed || there.closed ? Optional.empty() : there.service.local(capability);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                there.service.disconnected(number);
            }
        }
    }

    /// A call whose buffers are those of the caller.
    private record Handed(
            LoopbackConnection over, Message message, ByteBuffer space, OpenCall call, boolean callerWaits)
            implements Received {
        @Override
        public long connection() {
            return over.number;
        }

        @Override
        public NodeId from() {
            return over.from;
        }

        @Override
        public int version() {
            return over.version;
        }

        @Override
        public byte[] header() {
            return message.header();
        }

        @Override
        public ByteBuffer body() {
            return message.body();
        }

        @Override
        public boolean isWanted() {
            return call.isWanted();
        }

        @Override
        public void releaseBuffers() {
            call.release();
        }

        @Override
        public void answer(byte[] header) {
            call.settle(new Outcome.Answered(header));
            call.release();
        }

        @Override
        public void refuse(String reason) {
            call.settle(new Outcome.Refused(reason));
            call.release();
        }
    }
}

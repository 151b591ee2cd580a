package io.flywheel.base.simulated;

import static io.flywheel.base.Check.check;
import static io.flywheel.base.Check.checkState;

import io.flywheel.base.CallWindow;
import io.flywheel.base.NodeId;
import io.flywheel.base.OpenCall;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.base.Transport;
import io.flywheel.base.Transport.Connected;
import io.flywheel.base.Transport.Limits;
import io.flywheel.base.Transport.Message;
import io.flywheel.base.Transport.Outcome;
import io.flywheel.base.Transport.Registration;
import io.flywheel.base.Transport.Service;
import io.flywheel.base.Transport.Terms;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A network that loses, delays and reorders messages, among nodes that crash, as a seed says. Bytes are copied when
/// they are sent, as a network does: the buffers of a call are released with its outcome.
///
/// A connection does not outlive a crash of either side: who calls over it learns so, or never hears an answer.
public final class SimulatedNetwork {
    private final Tasks tasks;
    private final SimulatedClock clock;
    private final Random random;
    private final NetworkFaults faults;
    private final TreeMap<Address, Served> served = new TreeMap<>();
    private final List<SimulatedConnection> connections = new ArrayList<>();
    private long connectionCount;

    private record Address(NodeId node, String protocol) implements Comparable<Address> {
        @Override
        public int compareTo(Address other) {
            int byNode = node.compareTo(other.node);
            return byNode != 0 ? byNode : protocol.compareTo(other.protocol);
        }
    }

    public SimulatedNetwork(Simulation simulation) {
        tasks = simulation.tasks();
        clock = simulation.clock();
        random = new SeededRandom(simulation.random().nextLong());
        faults = new NetworkFaults(random);
    }

    /// What goes wrong from now on.
    public NetworkFaults faults() {
        return faults;
    }

    /// The transport of one of the nodes.
    public Transport as(NodeId self) {
        return new View(self);
    }

    /// The node's process is gone: what it served is unreachable until it serves again, what it was asked is not
    /// answered any more, and its own calls end. Whether the others notice the lost connection is drawn.
    public void crash(NodeId node) {
        for (var registration : List.copyOf(served.values())) {
            if (registration.address.node().equals(node)) {
                registration.close();
            }
        }
        for (var connection : List.copyOf(connections)) {
            if (connection.from.equals(node) || connection.to.equals(node)) {
                connection.lose(random.nextInt(2) == 0, connection.from.equals(node));
            }
        }
    }

    private void pass(NodeId from, NodeId to) {
        tasks.sleep(faults.latency(from, to));
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
            checkState(!served.containsKey(address), "one service for a protocol of a node");
            var registration = new Served(address, terms, service);
            served.put(address, registration);
            return registration;
        }

        @Override
        public Connected connect(NodeId to, Terms terms, Limits limits, Duration timeout) {
            pass(self, to);
            if (faults.separates(self, to)) {
                tasks.sleep(timeout);
                return new Connected.Unreachable(to + " does not answer");
            }
            var there = served.get(new Address(to, terms.protocol()));
            pass(to, self);
            if (there == null) {
                return new Connected.Unreachable("nobody serves " + terms.protocol() + " at " + to);
            }
            var objection = there.terms.objection(terms);
            if (objection.isPresent()) {
                return new Connected.Refused(objection.get());
            }
            int version = there.terms.versionWith(terms).orElseThrow();
            return new Connected.Ok(new SimulatedConnection(self, to, there, version, limits));
        }
    }

    private final class Served implements Registration {
        private final Address address;
        private final Terms terms;
        private final Service service;
        private boolean closed;

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

    private final class SimulatedConnection implements Transport.Connection {
        private final long number = ++connectionCount;
        private final NodeId from;
        private final NodeId to;
        private final Served there;
        private final int version;
        private final CallWindow window;
        private final List<OpenCall> calls = new ArrayList<>();
        private boolean closed;

        SimulatedConnection(NodeId from, NodeId to, Served there, int version, Limits limits) {
            this.from = from;
            this.to = to;
            this.there = there;
            this.version = version;
            this.window = new CallWindow(tasks, clock, limits);
            connections.add(this);
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
            check(space.remaining() <= Transport.BODY_BYTES_MAX, "a space has at most 8 MiB");
            long deadline = OpenCall.deadline(clock, timeout);
            long bytes = (long) message.body().remaining() + space.remaining();
            if (closed) {
                return ended(deadline, new Outcome.Unreachable("the connection is closed", false));
            }
            if (!window.enter(bytes, deadline)) {
                return ended(deadline, new Outcome.Refused("too much is under way to " + to));
            }
            var call = new OpenCall(tasks, clock, deadline, () -> window.leave(bytes));
            calls.add(call);
            call.onDone(() -> {
                calls.remove(call);
                call.release();
            });
            var copy = ByteBuffer.allocate(message.body().remaining())
                    .put(message.body().duplicate())
                    .flip();
            var delivery = new Delivery(this, message.header().clone(), copy, space, call);
            tasks.start("message to " + to, delivery::arrive);
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
            return Optional.empty();
        }

        @Override
        public void close() {
            if (!closed) {
                lose(false, true);
            }
        }

        /// @param isNoticed whether the calls under way end now; otherwise their time runs out
        /// @param isOfCaller whether the side that called is the one that went
        void lose(boolean isNoticed, boolean isOfCaller) {
            closed = true;
            connections.remove(this);
            if (isNoticed) {
                List.copyOf(calls)
                        .forEach(call ->
                                call.settle(new Outcome.Unreachable("the connection to " + to + " broke", true)));
            }
            if (isOfCaller) {
                tasks.start("end of a connection", () -> {
                    pass(from, to);
                    if (!there.closed && !faults.separates(from, to)) {
                        there.service.disconnected(number);
                    }
                });
            }
        }
    }

    /// A message on its way, and the answer on its way back.
    private final class Delivery implements Transport.Received {
        private final SimulatedConnection over;
        private final byte[] header;
        private final ByteBuffer body;
        private final ByteBuffer callersSpace;
        private final ByteBuffer space;
        private final OpenCall call;
        private boolean ended;

        Delivery(SimulatedConnection over, byte[] header, ByteBuffer body, ByteBuffer callersSpace, OpenCall call) {
            this.over = over;
            this.header = header;
            this.body = body;
            this.callersSpace = callersSpace;
            this.space = ByteBuffer.allocate(callersSpace.remaining());
            this.call = call;
        }

        void arrive() {
            pass(over.from, over.to);
            if (faults.losesRequest(over.from, over.to)) {
                return;
            }
            if (over.there.closed || over.closed) {
                call.settle(new Outcome.Unreachable(over.to + " is gone", false));
                return;
            }
            over.there.service.accept(this);
        }

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
            return header;
        }

        @Override
        public ByteBuffer body() {
            return body;
        }

        @Override
        public ByteBuffer space() {
            return space;
        }

        @Override
        public boolean isWanted() {
            return call.isWanted();
        }

        @Override
        public boolean callerWaits() {
            return false;
        }

        @Override
        public void answer(byte[] answer) {
            comeBack(new Outcome.Answered(answer.clone()));
        }

        @Override
        public void refuse(String reason) {
            comeBack(new Outcome.Refused(reason));
        }

        private void comeBack(Outcome outcome) {
            if (ended || over.there.closed) {
                return;
            }
            ended = true;
            var bytes = space.duplicate().flip();
            tasks.start("answer of " + over.to, () -> {
                pass(over.to, over.from);
                if (!faults.losesReply(over.from, over.to) && !over.closed && !call.isDone()) {
                    if (outcome instanceof Outcome.Answered) {
                        callersSpace.put(bytes);
                    }
                    call.settle(outcome);
                }
            });
        }
    }
}

package io.flywheel.storage;

import io.flywheel.base.Clock;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.NodeId;
import io.flywheel.base.OpenCall;
import io.flywheel.base.Tasks;
import io.flywheel.base.Transport;
import io.flywheel.base.Transport.Connected;
import io.flywheel.base.Transport.Connection;
import io.flywheel.base.Transport.Message;
import io.flywheel.base.Transport.Outcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A storage node as others see it. Connects when it is first needed, and again when the connection was lost.
/// Thread-safe.
public final class StorageClient implements AutoCloseable {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Transport transport;
    private final NodeId node;
    private final FleetId fleet;
    private final Tasks tasks;
    private final Clock clock;
    private final ClientOptions options;
    private final Tasks.Mutex connecting;
    private final AtomicLong sessions = new AtomicLong();
    private volatile @Nullable Connection current;
    private volatile Attempt failed = new Attempt("", Long.MIN_VALUE);
    private volatile boolean closed;

    /// Why the last attempt to connect failed, and until when none is made.
    private record Attempt(String reason, long untilNanos) {}

    public StorageClient(
            Transport transport, NodeId node, FleetId fleet, Tasks tasks, Clock clock, ClientOptions options) {
        this.transport = transport;
        this.node = node;
        this.fleet = fleet;
        this.tasks = tasks;
        this.clock = clock;
        this.options = options;
        this.connecting = tasks.mutex();
    }

    public NodeId node() {
        return node;
    }

    /// A disk of the node, whether or not the node has it now.
    public RemoteDisk disk(DiskId id) {
        return new RemoteDisk(this, id);
    }

    /// Which disks the node has; empty when it does not answer.
    public Optional<List<DiskId>> disks() {
        return call(new ShardRequest.Disks(), NOTHING, NOTHING, options.writeTimeout())
                        instanceof Reply.Told(ShardAnswer.DisksAre(var disks))
                ? Optional.of(disks)
                : Optional.empty();
    }

    ClientOptions options() {
        return options;
    }

    /// A number that no other stream of this client has.
    long nextSession() {
        return sessions.incrementAndGet();
    }

    /// Asks and waits: for the answer, and for the buffers.
    Reply call(ShardRequest request, ByteBuffer body, ByteBuffer space, Duration timeout) {
        var message = new Message(ShardProtocol.encode(request), body);
        int position = body.position();
        for (boolean isFirst = true; ; isFirst = false) {
            var connection = connection();
            if (connection == null) {
                return new Reply.Untold(failed.reason(), false);
            }
            var outcome = connection.call(message, space, timeout);
            if (!isFirst || !wasGone(outcome)) {
                return reply(connection, outcome);
            }
            lost(connection);
            body.position(position);
        }
    }

    /// The node may have been started anew since it was last asked: then another connection is tried, once.
    private static boolean wasGone(Outcome outcome) {
        return outcome instanceof Outcome.Unreachable(var _, boolean mayHaveHappened) && !mayHaveHappened;
    }

    /// Asks; both buffers belong to the request until it is released.
    <T> Pending<T> send(
            ShardRequest request, ByteBuffer body, ByteBuffer space, Duration timeout, Function<Reply, T> read) {
        var message = new Message(ShardProtocol.encode(request), body);
        int position = body.position();
        for (boolean isFirst = true; ; isFirst = false) {
            var connection = connection();
            if (connection == null) {
                var reply = new Reply.Untold(failed.reason(), false);
                return new Pending<>(unreachable(reply), _ -> read.apply(reply));
            }
            var call = connection.send(message, space, timeout);
            if (!isFirst || !call.isDone() || !wasGone(call.await())) {
                return new Pending<>(call, outcome -> read.apply(reply(connection, outcome)));
            }
            lost(connection);
            body.position(position);
        }
    }

    private OpenCall unreachable(Reply.Untold reply) {
        var call = new OpenCall(tasks, clock, clock.monotonicNanos(), () -> {});
        call.settle(new Outcome.Unreachable(reply.reason(), reply.mayHaveHappened()));
        call.release();
        return call;
    }

    private Reply reply(Connection over, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Answered(var header) -> {
                try {
                    yield new Reply.Told(ShardProtocol.decodeAnswer(header));
                } catch (ShardProtocol.Malformed malformed) {
                    yield new Reply.Untold("not an answer: " + malformed.getMessage(), true);
                }
            }
            case Outcome.TimedOut() -> new Reply.Untold(node + " did not answer in time", true);
            case Outcome.Cancelled() -> new Reply.Untold("the request was given up", true);
            case Outcome.Refused(var reason) -> new Reply.Untold(reason, false);
            case Outcome.Unreachable(var reason, boolean mayHaveHappened) -> {
                lost(over);
                yield new Reply.Untold(reason, mayHaveHappened);
            }
        };
    }

    /// Past the messages, where the node is in this process.
    <T> Optional<T> local(Class<T> capability) {
        var connection = current;
        if (connection == null) {
            connection = connection();
        }
        return connection == null ? Optional.empty() : connection.local(capability);
    }

    /// The connection, or null when there is none: then {@link #failed} says why.
    private @Nullable Connection connection() {
        var connection = current;
        return connection != null ? connection : connect();
    }

    private @Nullable Connection connect() {
        connecting.lock();
        try {
            var connection = current;
            if (connection != null || closed || clock.monotonicNanos() < failed.untilNanos()) {
                return connection;
            }
            return switch (transport.connect(
                    node, ShardProtocol.terms(fleet), options.limits(), options.connectTimeout())) {
                case Connected.Ok(var made) -> {
                    current = made;
                    yield made;
                }
                case Connected.Refused(var reason) -> failed(reason);
                case Connected.Unreachable(var reason) -> failed(reason);
            };
        } finally {
            connecting.unlock();
        }
    }

    private @Nullable Connection failed(String reason) {
        failed = new Attempt(reason, OpenCall.deadline(clock, options.reconnectPause()));
        return null;
    }

    private void lost(Connection connection) {
        connecting.lock();
        try {
            if (connection.equals(current)) {
                current = null;
                connection.close();
            }
        } finally {
            connecting.unlock();
        }
    }

    /// Ends the connection: streams that are not sealed are dropped.
    @Override
    public void close() {
        connecting.lock();
        try {
            closed = true;
            failed = new Attempt("the client is closed", Long.MAX_VALUE);
            var connection = current;
            current = null;
            if (connection != null) {
                connection.close();
            }
        } finally {
            connecting.unlock();
        }
    }
}

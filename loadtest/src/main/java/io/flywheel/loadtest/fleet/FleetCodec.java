package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.fleet.FromAgent.Stage;
import io.flywheel.loadtest.schedule.Share;
import io.flywheel.loadtest.schedule.Span;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// Messages and events as bytes. All numbers are big-endian; text is as {@link DataOutputStream#writeUTF} has it, a
/// list follows its count (i32):
///
/// ```
/// beat:     1 u8 | agent text | sent i64 | stage text | problem text | run i64 | lease i64 | leaving u8
///                | process i32 | cleaned
/// report:   2 u8 | agent text | sequence i64 | length i32, delta | spans (share, from i64, to i64)*
///                | in flight i64 | last u8
/// order:    3 u8 | term number echo now i64 | task text | first u8 | process i32 | origin i64 | share*
///                | lease received i64 | stop u8
/// took:     4 u8 | term i64
/// first:    5 u8 | agent text
/// begun:    6 u8 | origin i64 | agents text*
/// divided:  7 u8 | from i64 | agents text*
/// lost:     8 u8 | agent text | run i64 | why text | failed u8
/// accepted: 9 u8 | report without its type
/// stopped: 10 u8 | run i64
/// leased:  11 u8 | until i64
/// finished:12 u8 | agent text | problem text | cleaned | left failed u8
/// counted: 13 u8 | length i32, aggregate | (agent text, received i64, spans, in flight i64, last u8, by itself u8)*
/// cleaned:  done failed i64
/// share:    index count i32 | from i64 | epoch i32
/// ```
final class FleetCodec {
    private static final int BEAT = 1;
    private static final int REPORT = 2;
    private static final int ORDER = 3;
    private static final int TOOK = 4;
    private static final int FIRST = 5;
    private static final int BEGUN = 6;
    private static final int DIVIDED = 7;
    private static final int LOST = 8;
    private static final int ACCEPTED = 9;
    private static final int STOPPED = 10;
    private static final int LEASED = 11;
    private static final int FINISHED = 12;
    private static final int COUNTED = 13;

    private static final int COUNT_MAX = 100_000;

    private FleetCodec() {}

    private interface Writing {
        void write(DataOutputStream out) throws IOException;
    }

    private interface Reading<T> {
        T read(DataInputStream in) throws IOException;
    }

    static byte[] encode(FromAgent message) {
        return bytes(out -> {
            switch (message) {
                case FromAgent.Beat beat -> {
                    out.writeByte(BEAT);
                    out.writeUTF(beat.agent());
                    out.writeLong(beat.sentNanos());
                    out.writeUTF(beat.stage().name());
                    out.writeUTF(beat.problem());
                    out.writeLong(beat.runNanos());
                    out.writeLong(beat.leaseNanos());
                    out.writeBoolean(beat.leaving());
                    out.writeInt(beat.process());
                    writeCleaned(out, beat.cleaned());
                }
                case FromAgent.Report report -> {
                    out.writeByte(REPORT);
                    writeReport(out, report);
                }
            }
        });
    }

    /// @throws IOException when the bytes are no such message
    static FromAgent decodeFromAgent(byte[] bytes) throws IOException {
        return decode(bytes, in -> {
            int type = in.readUnsignedByte();
            return switch (type) {
                case BEAT ->
                    new FromAgent.Beat(
                            in.readUTF(),
                            in.readLong(),
                            Stage.valueOf(in.readUTF()),
                            in.readUTF(),
                            in.readLong(),
                            in.readLong(),
                            in.readBoolean(),
                            in.readInt(),
                            readCleaned(in));
                case REPORT -> readReport(in);
                default -> throw new IOException("no message has type " + type);
            };
        });
    }

    static byte[] encode(Order order) {
        return bytes(out -> {
            out.writeByte(ORDER);
            out.writeLong(order.term());
            out.writeLong(order.number());
            out.writeLong(order.echoNanos());
            out.writeLong(order.nowNanos());
            out.writeUTF(order.task().name());
            out.writeBoolean(order.first());
            out.writeInt(order.process());
            out.writeLong(order.originNanos());
            out.writeInt(order.shares().size());
            for (Share share : order.shares()) {
                writeShare(out, share);
            }
            out.writeLong(order.leaseNanos());
            out.writeLong(order.received());
            out.writeBoolean(order.stop());
        });
    }

    /// @throws IOException when the bytes are no order
    static Order decodeOrder(byte[] bytes) throws IOException {
        return decode(bytes, in -> {
            int type = in.readUnsignedByte();
            if (type != ORDER) {
                throw new IOException("no order has type " + type);
            }
            return new Order(
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    Order.Task.valueOf(in.readUTF()),
                    in.readBoolean(),
                    in.readInt(),
                    in.readLong(),
                    list(in, FleetCodec::readShare),
                    in.readLong(),
                    in.readLong(),
                    in.readBoolean());
        });
    }

    static byte[] encode(Event event) {
        return bytes(out -> {
            switch (event) {
                case Event.Took(long term) -> {
                    out.writeByte(TOOK);
                    out.writeLong(term);
                }
                case Event.First(String agent) -> {
                    out.writeByte(FIRST);
                    out.writeUTF(agent);
                }
                case Event.Begun(long origin, List<String> agents) -> {
                    out.writeByte(BEGUN);
                    out.writeLong(origin);
                    writeNames(out, agents);
                }
                case Event.Divided(long from, List<String> agents) -> {
                    out.writeByte(DIVIDED);
                    out.writeLong(from);
                    writeNames(out, agents);
                }
                case Event.Leased(long until) -> {
                    out.writeByte(LEASED);
                    out.writeLong(until);
                }
                case Event.Finished finished -> {
                    out.writeByte(FINISHED);
                    out.writeUTF(finished.agent());
                    out.writeUTF(finished.problem());
                    writeCleaned(out, finished.cleaned());
                    out.writeBoolean(finished.left());
                    out.writeBoolean(finished.failed());
                }
                case Event.Lost(String agent, long run, String why, boolean failed) -> {
                    out.writeByte(LOST);
                    out.writeUTF(agent);
                    out.writeLong(run);
                    out.writeUTF(why);
                    out.writeBoolean(failed);
                }
                case Event.Accepted(FromAgent.Report report) -> {
                    out.writeByte(ACCEPTED);
                    writeReport(out, report);
                }
                case Event.Counted(byte[] aggregate, var agents) -> {
                    out.writeByte(COUNTED);
                    out.writeInt(aggregate.length);
                    out.write(aggregate);
                    out.writeInt(agents.size());
                    for (var agent : agents) {
                        out.writeUTF(agent.agent());
                        out.writeLong(agent.received());
                        writeSpans(out, agent.spans());
                        out.writeLong(agent.inFlight());
                        out.writeBoolean(agent.last());
                        out.writeBoolean(agent.endedByItself());
                    }
                }
                case Event.Stopped(long run) -> {
                    out.writeByte(STOPPED);
                    out.writeLong(run);
                }
            }
        });
    }

    /// @throws IOException when the bytes are no event
    static Event decodeEvent(byte[] bytes) throws IOException {
        return decode(bytes, in -> {
            int type = in.readUnsignedByte();
            return switch (type) {
                case TOOK -> new Event.Took(in.readLong());
                case FIRST -> new Event.First(in.readUTF());
                case BEGUN -> new Event.Begun(in.readLong(), list(in, each -> each.readUTF()));
                case DIVIDED -> new Event.Divided(in.readLong(), list(in, each -> each.readUTF()));
                case COUNTED ->
                    new Event.Counted(
                            readBytes(in, "an aggregate"),
                            list(
                                    in,
                                    each -> new Event.Standing(
                                            each.readUTF(),
                                            each.readLong(),
                                            readSpans(each),
                                            each.readLong(),
                                            each.readBoolean(),
                                            each.readBoolean())));
                case LEASED -> new Event.Leased(in.readLong());
                case FINISHED ->
                    new Event.Finished(in.readUTF(), in.readUTF(), readCleaned(in), in.readBoolean(), in.readBoolean());
                case LOST -> new Event.Lost(in.readUTF(), in.readLong(), in.readUTF(), in.readBoolean());
                case ACCEPTED -> new Event.Accepted(readReport(in));
                case STOPPED -> new Event.Stopped(in.readLong());
                default -> throw new IOException("no event has type " + type);
            };
        });
    }

    private static void writeReport(DataOutputStream out, FromAgent.Report report) throws IOException {
        out.writeUTF(report.agent());
        out.writeLong(report.sequence());
        out.writeInt(report.delta().length);
        out.write(report.delta());
        writeSpans(out, report.spans());
        out.writeLong(report.inFlight());
        out.writeBoolean(report.last());
    }

    private static FromAgent.Report readReport(DataInputStream in) throws IOException {
        String agent = in.readUTF();
        long sequence = in.readLong();
        return new FromAgent.Report(
                agent, sequence, readBytes(in, "a delta"), readSpans(in), in.readLong(), in.readBoolean());
    }

    private static byte[] readBytes(DataInputStream in, String what) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException(what + " of " + length + " bytes");
        }
        return in.readNBytes(length);
    }

    private static void writeSpans(DataOutputStream out, List<Span> spans) throws IOException {
        out.writeInt(spans.size());
        for (Span span : spans) {
            writeShare(out, span.share());
            out.writeLong(span.fromNanos());
            out.writeLong(span.toNanos());
        }
    }

    private static List<Span> readSpans(DataInputStream in) throws IOException {
        return list(in, each -> new Span(readShare(each), each.readLong(), each.readLong()));
    }

    private static void writeCleaned(DataOutputStream out, Workload.Cleaned cleaned) throws IOException {
        out.writeLong(cleaned.done());
        out.writeLong(cleaned.failed());
    }

    private static Workload.Cleaned readCleaned(DataInputStream in) throws IOException {
        return new Workload.Cleaned(in.readLong(), in.readLong());
    }

    private static void writeShare(DataOutputStream out, Share share) throws IOException {
        out.writeInt(share.index());
        out.writeInt(share.count());
        out.writeLong(share.fromNanos());
        out.writeInt(share.epoch());
    }

    private static Share readShare(DataInputStream in) throws IOException {
        return new Share(in.readInt(), in.readInt(), in.readLong(), in.readInt());
    }

    private static void writeNames(DataOutputStream out, List<String> names) throws IOException {
        out.writeInt(names.size());
        for (String name : names) {
            out.writeUTF(name);
        }
    }

    private static <T> List<T> list(DataInputStream in, Reading<T> element) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > COUNT_MAX) {
            throw new IOException("a list of " + count);
        }
        var list = new ArrayList<T>();
        for (int i = 0; i < count; i++) {
            list.add(element.read(in));
        }
        return list;
    }

    private static byte[] bytes(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            writing.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static <T> T decode(byte[] bytes, Reading<T> reading) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            T read = reading.read(in);
            if (in.read() != -1) {
                throw new IOException("bytes after the end of a message");
            }
            return read;
        } catch (IllegalArgumentException e) {
            throw new IOException("not a message: " + e.getMessage(), e);
        }
    }
}

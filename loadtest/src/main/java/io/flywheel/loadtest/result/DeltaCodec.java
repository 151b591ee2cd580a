package io.flywheel.loadtest.result;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// Deltas as bytes, for the way from an agent to whoever adds up. All numbers are big-endian; text is UTF-8 after its
/// length in two bytes (as {@link DataOutputStream#writeUTF}), a histogram is HdrHistogram's V2 form after its length:
///
/// ```
/// version u8 = 1 | agent text | sequence i64 | from i64 | to i64 | health | count u16 | (name text, series)*
/// health: lag histogram | wall i64 | cpu i64 | machine f64 | pause i64 | longest i64 | in flight i64 | files i64 |
/// limit i64
///         | refusals i64
/// series: latency histogram | same u8 | service histogram unless same | failed dropped starved sent received i64
///         | count u16 (kind text, i64)* | count u16 (check text, passed i64, failed i64)*
///         | count u16 (number i64, millis i64, kind text, message text, count u8 (request text)*)*
/// ```
public final class DeltaCodec {
    private static final int VERSION = 1;
    /// More than the largest histogram takes.
    private static final int HISTOGRAM_BYTES_MAX = 1 << 20;

    private static final int HISTOGRAM_HEADER_BYTES = 40;
    private static final int V2_COOKIE = 0x1c849303;

    private DeltaCodec() {}

    public static byte[] encode(Delta delta) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeUTF(delta.agent());
            out.writeLong(delta.sequence());
            out.writeLong(delta.fromNanos());
            out.writeLong(delta.toNanos());
            writeHealth(out, delta.health());
            out.writeShort(delta.series().size());
            for (var series : delta.series().entrySet()) {
                out.writeUTF(series.getKey());
                writeSeries(out, series.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// @throws IOException when the bytes are not a delta of this version
    public static Delta decode(byte[] bytes) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = in.readUnsignedByte();
            if (version != VERSION) {
                throw new IOException("a delta of version " + version + ", this is version " + VERSION);
            }
            String agent = in.readUTF();
            long sequence = in.readLong();
            long from = in.readLong();
            long to = in.readLong();
            var health = readHealth(in);
            Map<String, SeriesDelta> series = new TreeMap<>();
            for (int i = in.readUnsignedShort(); i > 0; i--) {
                series.put(in.readUTF(), readSeries(in));
            }
            if (in.read() != -1) {
                throw new IOException("a delta with bytes after its end");
            }
            return new Delta(agent, sequence, from, to, series, health);
        } catch (IllegalArgumentException e) {
            throw new IOException("not a delta: " + e.getMessage(), e);
        }
    }

    private static void writeHealth(DataOutputStream out, GeneratorHealth health) throws IOException {
        writeHistogram(out, health.lag());
        out.writeLong(health.wallNanos());
        out.writeLong(health.cpuNanos());
        out.writeLong(health.busyNanos());
        out.writeDouble(health.machineBusy());
        out.writeLong(health.pauseNanos());
        out.writeLong(health.pauseNanosMax());
        out.writeLong(health.inFlightMax());
        out.writeLong(health.files());
        out.writeLong(health.filesLimit());
        out.writeLong(health.refusals());
    }

    private static GeneratorHealth readHealth(DataInputStream in) throws IOException {
        return new GeneratorHealth(
                readHistogram(in),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readDouble(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }

    static void writeSeries(DataOutputStream out, SeriesDelta series) throws IOException {
        writeHistogram(out, series.latency());
        boolean same = Latencies.sameBuckets(series.latency(), series.service());
        out.writeBoolean(same);
        if (!same) {
            writeHistogram(out, series.service());
        }
        out.writeLong(series.failed());
        out.writeLong(series.dropped());
        out.writeLong(series.starved());
        out.writeLong(series.sentBytes());
        out.writeLong(series.receivedBytes());
        out.writeShort(series.errors().size());
        for (var error : series.errors().entrySet()) {
            out.writeUTF(error.getKey());
            out.writeLong(error.getValue());
        }
        out.writeShort(series.checks().size());
        for (var check : series.checks().entrySet()) {
            out.writeUTF(check.getKey());
            out.writeLong(check.getValue().passed());
            out.writeLong(check.getValue().failed());
        }
        out.writeShort(series.samples().size());
        for (var sample : series.samples()) {
            out.writeLong(sample.number());
            out.writeLong(sample.unixMillis());
            out.writeUTF(sample.kind());
            out.writeUTF(sample.message());
            int ids = Math.min(255, sample.requestIds().size());
            out.writeByte(ids);
            for (String id : sample.requestIds().subList(0, ids)) {
                out.writeUTF(id);
            }
        }
    }

    static SeriesDelta readSeries(DataInputStream in) throws IOException {
        var latency = readHistogram(in);
        var service = in.readBoolean() ? latency : readHistogram(in);
        long failed = in.readLong();
        long dropped = in.readLong();
        long starved = in.readLong();
        long sent = in.readLong();
        long received = in.readLong();
        Map<String, Long> errors = new TreeMap<>();
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            errors.put(in.readUTF(), in.readLong());
        }
        Map<String, CheckCount> checks = new TreeMap<>();
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            checks.put(in.readUTF(), new CheckCount(in.readLong(), in.readLong()));
        }
        List<FailureSample> samples = new ArrayList<>();
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            long number = in.readLong();
            long millis = in.readLong();
            String kind = in.readUTF();
            String message = in.readUTF();
            List<String> ids = new ArrayList<>();
            for (int id = in.readUnsignedByte(); id > 0; id--) {
                ids.add(in.readUTF());
            }
            samples.add(new FailureSample(number, millis, kind, message, ids));
        }
        return new SeriesDelta(latency, service, failed, dropped, starved, sent, received, errors, checks, samples);
    }

    private static void writeHistogram(DataOutputStream out, Histogram histogram) throws IOException {
        var buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoByteBuffer(buffer);
        out.writeInt(length);
        out.write(buffer.array(), 0, length);
    }

    private static Histogram readHistogram(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < HISTOGRAM_HEADER_BYTES || length > HISTOGRAM_BYTES_MAX || length > in.available()) {
            throw new IOException("a histogram of " + length + " bytes");
        }
        var buffer = ByteBuffer.wrap(in.readNBytes(length));
        // HdrHistogram allocates what the header says: cookie, payload, offset, digits, lowest, highest, ratio.
        boolean ours = (buffer.getInt(0) & ~0xf0) == V2_COOKIE
                && buffer.getInt(8) == 0
                && buffer.getInt(12) == Latencies.DIGITS
                && buffer.getLong(16) == Latencies.UNIT_NANOS
                && buffer.getLong(24) == Latencies.NANOS_MAX;
        if (!ours) {
            throw new IOException("a histogram of another shape");
        }
        try {
            return Histogram.decodeFromByteBuffer(buffer, 0);
        } catch (RuntimeException e) {
            throw new IOException("not a histogram: " + e.getMessage(), e);
        }
    }
}

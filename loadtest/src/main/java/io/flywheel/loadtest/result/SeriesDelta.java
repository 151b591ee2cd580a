package io.flywheel.loadtest.result;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// What one transaction, or one part of it, came to in some time. The histograms have all executions that ended, also
/// the failed ones: one that failed after a minute took a minute. They are not changed any more.
///
/// @param latency from the intended start
/// @param service from the real start; the same as the latency for parts and where there is no schedule
/// @param failed of those that ended
/// @param dropped should have been started, but too much was in flight
/// @param starved had no data or result to work on
/// @param errors failures by kind
public record SeriesDelta(
        Histogram latency,
        Histogram service,
        long failed,
        long dropped,
        long starved,
        long sentBytes,
        long receivedBytes,
        Map<String, Long> errors,
        Map<String, CheckCount> checks,
        List<FailureSample> samples)
        implements Serializable {

    /// The most samples of one kind of error that are kept.
    static final int SAMPLES_MAX = 5;

    public SeriesDelta {
        errors = java.util.Collections.unmodifiableMap(new TreeMap<>(errors));
        checks = java.util.Collections.unmodifiableMap(new TreeMap<>(checks));
        samples = List.copyOf(samples);
    }

    public static SeriesDelta nothing() {
        return new SeriesDelta(Latencies.empty(), Latencies.empty(), 0, 0, 0, 0, 0, Map.of(), Map.of(), List.of());
    }

    public long ended() {
        return latency.getTotalCount();
    }

    public long succeeded() {
        return ended() - failed;
    }

    /// How many should have started.
    public long intended() {
        return ended() + dropped + starved;
    }

    /// The sum, exact; of the samples the first of each kind.
    public SeriesDelta plus(SeriesDelta other) {
        var sum = latency.copy();
        sum.add(other.latency);
        var serviceSum = service.copy();
        serviceSum.add(other.service);
        return withCountsOf(other, sum, serviceSum);
    }

    /// The sum, into this one's histograms: for a total that nobody else holds.
    SeriesDelta absorb(SeriesDelta other) {
        latency.add(other.latency);
        service.add(other.service);
        return withCountsOf(other, latency, service);
    }

    private SeriesDelta withCountsOf(SeriesDelta other, Histogram latencySum, Histogram serviceSum) {
        var errorSum = new TreeMap<>(errors);
        other.errors.forEach((kind, count) -> errorSum.merge(Bounded.name(errorSum, kind), count, Long::sum));
        var checkSum = new TreeMap<>(checks);
        other.checks.forEach((name, count) -> checkSum.merge(Bounded.name(checkSum, name), count, CheckCount::plus));
        return new SeriesDelta(
                latencySum,
                serviceSum,
                failed + other.failed,
                dropped + other.dropped,
                starved + other.starved,
                sentBytes + other.sentBytes,
                receivedBytes + other.receivedBytes,
                errorSum,
                checkSum,
                samplesWith(other.samples));
    }

    private List<FailureSample> samplesWith(List<FailureSample> more) {
        var kept = new ArrayList<>(samples);
        for (var sample : more) {
            long same = kept.stream()
                    .filter(other -> other.kind().equals(sample.kind()))
                    .count();
            if (same < SAMPLES_MAX && kept.size() < SAMPLES_MAX * Bounded.NAMES_MAX) {
                kept.add(sample);
            }
        }
        return kept;
    }

    /// As it goes over the wire: a histogram in memory is large.
    private record Encoded(byte[] bytes) implements Serializable {
        private Object readResolve() throws ObjectStreamException {
            try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
                // Two histograms, though they be the same: more is added to each.
                return nothing().absorb(DeltaCodec.readSeries(in));
            } catch (IOException e) {
                var invalid = new InvalidObjectException("a series: " + e.getMessage());
                invalid.initCause(e);
                throw invalid;
            }
        }
    }

    private Object writeReplace() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            DeltaCodec.writeSeries(out, this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Encoded(bytes.toByteArray());
    }
}

package io.flywheel.loadtest.bundle;

import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.result.FailureSample;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the process of a bundle says of an execution: a last time when it ended, and before that where it has much to
/// say.
///
/// @param beganNanos by the monotonic clock of that process, as is the end
/// @param kind of the failure
record Report(
        long id,
        long beganNanos,
        long endedNanos,
        Frame.Outcome outcome,
        String kind,
        String message,
        long sentBytes,
        long receivedBytes,
        List<String> requestIds,
        List<Checked> checks,
        List<Part> parts,
        Burden burden) {
    /// A check of the execution.
    record Checked(String name, boolean passed) {}

    /// A part that was measured.
    record Part(String name, long nanos, boolean failed, String kind, String message) {}

    /// What the process's system and garbage collection did since the last report.
    record Burden(long refusals, long pauseNanos, long pauseNanosMax) {
        static final Burden NONE = new Burden(0, 0, 0);
    }

    Frame frame() {
        return Frame.of(Frame.Kind.REPORT, this::write);
    }

    private void write(DataOutputStream out) throws IOException {
        out.writeLong(id);
        out.writeLong(beganNanos);
        out.writeLong(endedNanos);
        out.writeByte(outcome.number());
        Frame.writeText(out, kind);
        Frame.writeText(out, message);
        out.writeLong(sentBytes);
        out.writeLong(receivedBytes);
        Frame.writeTexts(out, requestIds);
        out.writeShort(checks.size());
        for (Checked check : checks) {
            Frame.writeText(out, check.name());
            out.writeBoolean(check.passed());
        }
        out.writeShort(parts.size());
        for (Part part : parts) {
            Frame.writeText(out, part.name());
            out.writeLong(part.nanos());
            out.writeBoolean(part.failed());
            Frame.writeText(out, part.kind());
            Frame.writeText(out, part.message());
        }
        out.writeLong(burden.refusals());
        out.writeLong(burden.pauseNanos());
        out.writeLong(burden.pauseNanosMax());
    }

    static Report read(Frame frame) throws IOException {
        DataInputStream in = frame.read();
        long id = in.readLong();
        long began = in.readLong();
        long ended = in.readLong();
        var outcome = Frame.Outcome.of(in.readUnsignedByte());
        String kind = in.readUTF();
        String message = in.readUTF();
        long sent = in.readLong();
        long received = in.readLong();
        var requestIds = Frame.readTexts(in);
        var checks = new ArrayList<Checked>();
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            checks.add(new Checked(in.readUTF(), in.readBoolean()));
        }
        var parts = new ArrayList<Part>();
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            parts.add(new Part(in.readUTF(), in.readLong(), in.readBoolean(), in.readUTF(), in.readUTF()));
        }
        var burden = new Burden(in.readLong(), in.readLong(), in.readLong());
        return new Report(id, began, ended, outcome, kind, message, sent, received, requestIds, checks, parts, burden);
    }

    /// Tells the generator's execution what happened to it.
    ///
    /// @param offsetNanos of that process's clock from this one's
    void tell(Execution execution, long offsetNanos) {
        execution.executedElsewhere(burden.refusals(), burden.pauseNanos(), burden.pauseNanosMax());
        for (String request : requestIds) {
            execution.requestId(request);
        }
        for (Checked check : checks) {
            execution.check(check.name(), check.passed());
        }
        for (Part part : parts) {
            Optional<FailureSample> failure =
                    part.failed() ? Optional.of(execution.sample(part.kind(), part.message())) : Optional.empty();
            execution.part(part.name(), part.nanos(), failure);
        }
        if (outcome == Frame.Outcome.GOES_ON) {
            return;
        }
        execution.sent(sentBytes);
        execution.received(receivedBytes);
        execution.beganAt(beganNanos - offsetNanos);
        execution.endedAt(endedNanos - offsetNanos);
        switch (outcome) {
            case SUCCEEDED -> execution.succeed();
            case FAILED -> execution.fail(kind, message);
            case STARVED -> execution.starve();
            case GOES_ON -> {}
        }
    }
}

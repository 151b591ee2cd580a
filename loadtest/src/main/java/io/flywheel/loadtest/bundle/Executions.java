package io.flywheel.loadtest.bundle;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.engine.ProcessWatch;
import io.flywheel.loadtest.engine.Starter;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.result.FailureSample;
import io.flywheel.loadtest.result.Recorder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// What executes in the process of a bundle: starts what the generator says and reports what becomes of it. The
/// generator alone counts and keeps time limits.
final class Executions {
    /// Of an execution that has more to say, some is reported before its end.
    private static final int WORDS_MAX = 500;

    private final Clock clock;
    private final Outbox outbox;
    private final ProcessWatch watch;
    private final ClassLoader loader;
    private final Starter starter;
    private final Map<Execution, Notes> notes = new ConcurrentHashMap<>();
    private final Map<Long, Execution> byId = new ConcurrentHashMap<>();
    /// Of the execution that is being started, by the one thread that starts.
    private long startingId;

    Executions(Clock clock, Run run, List<Subject> subjects, ClassLoader loader, Outbox outbox, ProcessWatch watch) {
        this.clock = clock;
        this.outbox = outbox;
        this.watch = watch;
        this.loader = loader;
        var noted = subjects.stream()
                .map(subject -> new Subject(subject.name(), new Noted(subject.body()), subject.timeout()))
                .toList();
        this.starter = new Starter(clock, run, new Recorder("bundle"), noted, Integer.MAX_VALUE, new Listening());
        starter.onRelease(this::released);
    }

    void start(Frame frame) throws IOException {
        var fields = frame.read();
        startingId = fields.readLong();
        int transaction = fields.readInt();
        long number = fields.readLong();
        long occurrence = fields.readLong();
        Thread.currentThread().setContextClassLoader(loader);
        starter.start(transaction, number, occurrence, fields.readLong());
    }

    /// The generator has given it up.
    void cancel(Frame frame) throws IOException {
        Execution execution = byId.get(frame.read().readLong());
        Notes known = execution == null ? null : notes.get(execution);
        if (execution != null && known != null) {
            // Its result is nobody's any more.
            execution.fail("given up", "");
            known.body.cancel(execution);
        }
    }

    private void released(Execution execution) {
        Notes known = notes.remove(execution);
        if (known != null) {
            byId.remove(known.id);
            outbox.send(Frame.of(Frame.Kind.RELEASED, out -> out.writeLong(known.id)));
        }
    }

    private void report(Execution execution, Frame.Outcome outcome, String kind, String message) {
        Notes known = notes.get(execution);
        if (known != null) {
            known.report(execution, outcome, kind, message);
        }
    }

    private Report.Burden burden() {
        return new Report.Burden(starter.takeRefusals(), watch.takePauses(), watch.takePauseMax());
    }

    /// Notes an execution before it begins.
    private final class Noted implements Body {
        private final Body body;

        Noted(Body body) {
            this.body = body;
        }

        @Override
        public void start(Execution execution) {
            notes.put(execution, new Notes(startingId, body));
            byId.put(startingId, execution);
            body.start(execution);
        }

        @Override
        public void cancel(Execution execution) {
            body.cancel(execution);
        }
    }

    /// What an execution said and the generator has not heard.
    private final class Notes {
        private final long id;
        private final Body body;
        private final ReentrantLock saying = new ReentrantLock();
        private List<Report.Checked> checks = new ArrayList<>(0);
        private List<Report.Part> parts = new ArrayList<>(0);

        Notes(long id, Body body) {
            this.id = id;
            this.body = body;
        }

        void say(Execution execution, List<Report.Checked> checked, List<Report.Part> parted) {
            saying.lock();
            try {
                checks.addAll(checked);
                parts.addAll(parted);
                if (checks.size() + parts.size() >= WORDS_MAX) {
                    report(execution, Frame.Outcome.GOES_ON, "", "");
                }
            } finally {
                saying.unlock();
            }
        }

        void report(Execution execution, Frame.Outcome outcome, String kind, String message) {
            saying.lock();
            try {
                outbox.send(new Report(
                                id,
                                execution.startedNanos(),
                                clock.monotonicNanos(),
                                outcome,
                                kind,
                                message,
                                execution.sentBytes(),
                                execution.receivedBytes(),
                                execution.requestIds(),
                                checks,
                                parts,
                                burden())
                        .frame());
                checks = new ArrayList<>(0);
                parts = new ArrayList<>(0);
            } finally {
                saying.unlock();
            }
        }
    }

    private final class Listening implements Starter.Listener {
        @Override
        public void checked(Execution execution, String name, boolean passed) {
            say(execution, List.of(new Report.Checked(name, passed)), List.of());
        }

        @Override
        public void parted(Execution execution, String name, long nanos, Optional<FailureSample> failure) {
            var part = new Report.Part(
                    name,
                    nanos,
                    failure.isPresent(),
                    failure.map(FailureSample::kind).orElse(""),
                    failure.map(FailureSample::message).orElse(""));
            say(execution, List.of(), List.of(part));
        }

        @Override
        public void succeeded(Execution execution) {
            report(execution, Frame.Outcome.SUCCEEDED, "", "");
        }

        @Override
        public void failed(Execution execution, String kind, String message) {
            report(execution, Frame.Outcome.FAILED, kind, message);
        }

        @Override
        public void starved(Execution execution) {
            report(execution, Frame.Outcome.STARVED, "", "");
        }

        private void say(Execution execution, List<Report.Checked> checked, List<Report.Part> parted) {
            Notes known = notes.get(execution);
            if (known != null) {
                known.say(execution, checked, parted);
            }
        }
    }
}

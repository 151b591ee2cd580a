package io.flywheel.loadtest.bundle;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Quantities;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// The transactions of one bundle, executed by a process of its own. What goes wrong with that process is said once,
/// its executions fail, and nobody else notices.
final class BundleWorkload implements Workload {
    /// The kind of the errors of executions whose process has gone.
    static final String LOST = "bundle lost";

    private static final int PINGS = 8;

    /// Where the next starts as soon as one has failed, the generator is not to do that alone.
    static final Executor LATER = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

    private final Path jar;
    private final BundleLimits limits;
    private final Clock clock;
    private final Run run;
    private final ChildProcess child;
    private final Map<Long, Execution> flying = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final LinkedBlockingQueue<Optional<Frame>> answers = new LinkedBlockingQueue<>();
    private final ConcurrentLinkedQueue<String> lost = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
    private final ReentrantLock losing = new ReentrantLock();
    private volatile boolean finishing;
    /// Why nothing of it is executed any more.
    private volatile Optional<String> gone = Optional.empty();
    /// The process has ended.
    private volatile boolean dead;
    private volatile Cleaned cleaned = new Cleaned(0, 0);
    private volatile long offsetNanos;
    private List<Subject> subjects = List.of();
    private List<String> sources = List.of();
    /// The process still does a step for which nobody waits any more.
    private boolean owesAnswer;

    /// Starts the process and waits until it has loaded the bundle.
    ///
    /// @throws BundleRefused when it could not
    BundleWorkload(Clock clock, Path jar, Run run, List<Bundles.Data> data, BundleLimits limits)
            throws InterruptedException {
        this.jar = jar;
        this.limits = limits;
        this.clock = clock;
        this.run = run;
        this.child = ChildProcess.start(clock, jar, limits, new Hearing());
        try {
            child.send(new Hello(jar, run, data).frame());
            Frame answer = answer(limits.setup(), "loading it took longer than");
            read(answer);
            offsetNanos = offset();
        } catch (BundleRefused refused) {
            child.close();
            throw refused;
        } catch (IOException e) {
            child.close();
            throw new BundleRefused(name() + ": its process said what nobody understands: " + e.getMessage(), e);
        }
    }

    private void read(Frame answer) throws IOException {
        var in = answer.read();
        if (answer.kind() == Frame.Kind.REFUSED) {
            throw new BundleRefused(name() + ": " + String.join("\n", Frame.readTexts(in)));
        }
        var known = new ArrayList<Subject>();
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            known.add(new Subject(in.readUTF(), new Remote(known.size()), Duration.ofNanos(in.readLong())));
        }
        subjects = List.copyOf(known);
        sources = List.copyOf(Frame.readTexts(in));
    }

    /// By how much the process's clock is ahead of this one's: where both are the machine's, nothing.
    private long offset() throws InterruptedException, IOException {
        long best = Long.MAX_VALUE;
        long offset = 0;
        for (int i = 0; i < PINGS; i++) {
            int number = i;
            long sent = clock.monotonicNanos();
            child.send(Frame.of(Frame.Kind.PING, out -> out.writeInt(number)));
            var in = answer(limits.silence(), "it has not answered for").read();
            long trip = clock.monotonicNanos() - sent;
            in.readInt();
            long ahead = in.readLong() - (sent + trip / 2);
            if (trip < best) {
                best = trip;
                offset = ahead;
            }
        }
        return Math.abs(offset) <= best ? 0 : offset;
    }

    String name() {
        return String.valueOf(jar.getFileName());
    }

    /// What was said, without the name in front of it.
    String without(BundleRefused refused) {
        String said = String.valueOf(refused.getMessage());
        return said.startsWith(name() + ": ") ? said.substring(name().length() + 2) : said;
    }

    /// Waits for the answer to what was asked last.
    private Frame answer(Duration timeout, String what) throws InterruptedException {
        var answer = answers.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (answer == null) {
            lose(what + " " + Quantities.time(timeout.toNanos()) + ": its process was ended");
        }
        if (answer == null || answer.isEmpty()) {
            throw new BundleRefused(name() + ": " + gone.orElse("its process has ended"));
        }
        return answer.get();
    }

    private List<String> step(Frame.Step step, boolean oncePerRun, Duration timeout, String what)
            throws InterruptedException {
        if (owesAnswer && !dead) {
            var _ = answer(timeout, "what was stopped took longer than");
            owesAnswer = false;
        }
        if (dead) {
            throw new BundleRefused(name() + ": " + gone.orElse("its process has ended"));
        }
        child.send(Frame.of(Frame.Kind.STEP, out -> {
            out.writeByte(step.number());
            out.writeBoolean(oncePerRun);
        }));
        try {
            var in = answer(timeout, what + " took longer than").read();
            var said = Frame.readTexts(in);
            cleaned = new Cleaned(in.readLong(), in.readLong());
            return said;
        } catch (IOException e) {
            throw new BundleRefused(name() + ": its process said what nobody understands: " + e.getMessage(), e);
        }
    }

    private void begin(Frame.Step step, boolean oncePerRun, String what) throws InterruptedException {
        try {
            var said = step(step, oncePerRun, limits.setup(), what);
            if (!said.isEmpty()) {
                throw new BundleRefused(name() + ": " + String.join("\n", said));
            }
        } catch (InterruptedException e) {
            owesAnswer = true;
            throw e;
        }
    }

    @Override
    public void setUp(boolean oncePerRun) throws InterruptedException {
        begin(Frame.Step.SET_UP, oncePerRun, "its setup");
    }

    @Override
    public void open() throws InterruptedException {
        begin(Frame.Step.OPEN, false, "giving its data");
    }

    @Override
    public List<Subject> subjects() {
        return subjects;
    }

    @Override
    public List<String> sources() {
        return sources;
    }

    @Override
    public void cleanUp() throws InterruptedException {
        finishing = true;
        finish(Frame.Step.CLEAN_UP, false, "cleaning up");
    }

    @Override
    public List<String> tearDown(boolean oncePerRun) {
        finishing = true;
        try {
            finish(Frame.Step.TEAR_DOWN, oncePerRun, "its teardown");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            problems.add(name() + ": interrupted in its teardown");
        }
        var said = new ArrayList<String>();
        for (String problem = problems.poll(); problem != null; problem = problems.poll()) {
            said.add(problem);
        }
        return said;
    }

    private void finish(Frame.Step step, boolean oncePerRun, String what) throws InterruptedException {
        if (dead) {
            return;
        }
        try {
            step(step, oncePerRun, limits.teardown(), what).forEach(said -> problems.add(name() + ": " + said));
        } catch (BundleRefused refused) {
            problems.add(refused.getMessage() + "; what it made may still be there");
        }
    }

    @Override
    public Cleaned cleaned() {
        return cleaned;
    }

    @Override
    public List<String> lost() {
        return List.copyOf(lost);
    }

    @Override
    public boolean isLost() {
        return gone.isPresent();
    }

    @Override
    public void close() {
        finishing = true;
        child.close();
    }

    /// The process is no more, or is ended now. Only the first reason counts.
    private void lose(String why) {
        exclude(why);
        losing.lock();
        try {
            if (dead) {
                return;
            }
            dead = true;
        } finally {
            losing.unlock();
        }
        child.close();
        answers.add(Optional.empty());
    }

    /// Executes nothing more; its teardowns can still run.
    void exclude(String why) {
        losing.lock();
        try {
            if (gone.isPresent()) {
                return;
            }
            gone = Optional.of(why);
            if (!finishing) {
                lost.add(name() + ": " + why);
            }
        } finally {
            losing.unlock();
        }
        flying.keySet().forEach(id -> fail(id, why));
    }

    private void fail(long id, String why) {
        Execution execution = flying.remove(id);
        if (execution != null) {
            execution.fail(LOST, why);
            execution.release();
        }
    }

    /// A transaction that the process executes.
    private final class Remote implements Body {
        private final int index;

        Remote(int index) {
            this.index = index;
        }

        @Override
        public void start(Execution execution) {
            long id = ids.getAndIncrement();
            execution.attach(id);
            flying.put(id, execution);
            var why = gone;
            if (why.isPresent()) {
                LATER.execute(() -> fail(id, why.get()));
                return;
            }
            child.send(Frame.of(Frame.Kind.START, out -> {
                out.writeLong(id);
                out.writeInt(index);
                out.writeLong(execution.number());
                out.writeLong(execution.occurrence());
                out.writeLong(execution.intendedNanos() + offsetNanos);
            }));
        }

        @Override
        public void cancel(Execution execution) {
            long id = (Long) execution.attachment().orElseThrow();
            if (flying.containsKey(id)) {
                child.send(Frame.of(Frame.Kind.CANCEL, out -> out.writeLong(id)));
            }
        }
    }

    /// What the process says; its reader's thread.
    private final class Hearing implements ChildProcess.Listener {
        @Override
        public void heard(Frame frame) throws IOException {
            switch (frame.kind()) {
                case REPORT -> {
                    var report = Report.read(frame);
                    Execution execution = flying.get(report.id());
                    if (execution != null) {
                        report.tell(execution, offsetNanos);
                    }
                }
                case RELEASED -> {
                    Execution execution = flying.remove(frame.read().readLong());
                    if (execution != null) {
                        execution.release();
                    }
                }
                case LOG -> run.log(name() + ": " + frame.read().readUTF());
                case READY, REFUSED, PONG, STEP_DONE -> answers.add(Optional.of(frame));
                case GOODBYE -> lose(frame.read().readUTF());
                case ALIVE -> {}
                default -> throw new IOException("a bundle does not say " + frame.kind());
            }
        }

        @Override
        public void printed(String line) {
            run.log(name() + ": " + line);
        }

        @Override
        public void ended(String why) {
            lose(why);
        }
    }
}

package io.flywheel.loadtest.bundle;

import io.flywheel.base.Clock;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.definition.CsvFile;
import io.flywheel.loadtest.definition.Definition;
import io.flywheel.loadtest.definition.DefinitionRefused;
import io.flywheel.loadtest.definition.LiveDefinition;
import io.flywheel.loadtest.definition.Series;
import io.flywheel.loadtest.engine.ProcessWatch;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/// The main class of a bundle's process: does what the generator says over standard input until that ends, and ends
/// with it. One thread does nothing but read, so that no bundle can keep it from ending.
public final class BundleProcess {
    private static final long ALIVE_MILLIS = 1_000;
    private static final int THREADS_MAX = 5_000;
    private static final int LOG_LINES_MAX = 10_000;
    private static final int THREADS_NAMED = 5;
    private static final long THREADS_END_MILLIS = 500;
    private static final long FLUSH_MILLIS = 2_000;

    private final Clock clock = new SystemClock();
    private final DataInputStream in;
    private final Outbox outbox;
    private final LinkedBlockingQueue<Frame> steps = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Frame> executions = new LinkedBlockingQueue<>();
    private final AtomicLong logged = new AtomicLong();
    private final Set<Thread> threadsAtFirst = new HashSet<>();
    private volatile Optional<Executions> running = Optional.empty();
    private Optional<LiveDefinition> live = Optional.empty();

    private BundleProcess(InputStream in, OutputStream out) {
        this.in = new DataInputStream(new BufferedInputStream(in, 1 << 16));
        this.outbox = new Outbox(out, "to the generator");
    }

    /// @param arguments none
    public static void main(String[] arguments) throws IOException {
        var in = new FileInputStream(FileDescriptor.in);
        var out = new FileOutputStream(FileDescriptor.out);
        // What a bundle prints is not a message.
        System.setOut(System.err);
        System.setIn(InputStream.nullInputStream());
        int exitCode = 1;
        try {
            new BundleProcess(in, out).run();
            exitCode = 0;
        } finally {
            // Whatever threads the bundle has: the generator has ended, wants this process to, or is not understood.
            Runtime.getRuntime().halt(exitCode);
        }
    }

    private void run() throws IOException {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().daemon().name("shutdown").unstarted(this::shutDown));
        IgnoredSignals.install();
        start("executions", this::execute);
        start("alive", this::showLife);
        threadsAtFirst.addAll(Thread.getAllStackTraces().keySet());
        start("steps", this::doSteps);
        for (var frame = Frame.read(in); frame.isPresent(); frame = Frame.read(in)) {
            switch (frame.get().kind()) {
                case HELLO, LOOK, STEP -> steps.add(frame.get());
                case START, CANCEL -> executions.add(frame.get());
                case PING -> pong(frame.get());
                default ->
                    throw new IOException(
                            "a generator does not say " + frame.get().kind());
            }
        }
    }

    /// What a thread of this process does.
    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    private void start(String name, Task task) {
        Thread.ofPlatform().daemon().name(name).start(() -> {
            try {
                task.run();
            } catch (IOException | RuntimeException | Error thrown) {
                goodbye("its process failed: " + thrown);
            } catch (InterruptedException e) {
                goodbye("its process was interrupted");
            }
        });
    }

    private void pong(Frame ping) throws IOException {
        int number = ping.read().readInt();
        outbox.send(Frame.of(Frame.Kind.PONG, out -> {
            out.writeInt(number);
            out.writeLong(clock.monotonicNanos());
        }));
    }

    private void log(String line) {
        long number = logged.incrementAndGet();
        if (number <= LOG_LINES_MAX) {
            String text = number == LOG_LINES_MAX ? "(it logs too much: no more of it is shown)" : line;
            outbox.send(Frame.of(Frame.Kind.LOG, out -> Frame.writeText(out, text)));
        }
    }

    private void execute() throws IOException, InterruptedException {
        while (true) {
            Frame frame = executions.take();
            var known = running.orElseThrow();
            if (frame.kind() == Frame.Kind.START) {
                known.start(frame);
            } else {
                known.cancel(frame);
            }
        }
    }

    private void showLife() throws InterruptedException {
        var threads = ManagementFactory.getThreadMXBean();
        while (true) {
            if (threads.getThreadCount() > THREADS_MAX) {
                goodbye("it has " + threads.getThreadCount() + " threads, " + THREADS_MAX + " are allowed");
            }
            outbox.send(new Frame(Frame.Kind.ALIVE, new byte[0]));
            Thread.sleep(ALIVE_MILLIS);
        }
    }

    private void doSteps() throws IOException, InterruptedException {
        while (true) {
            Frame frame = steps.take();
            switch (frame.kind()) {
                case HELLO -> loading(() -> begin(frame));
                case LOOK -> loading(() -> look(frame));
                default -> step(frame);
            }
        }
    }

    private void loading(Task load) throws InterruptedException {
        try {
            load.run();
        } catch (DefinitionRefused refused) {
            refuse(refused.problems());
        } catch (BundleRefused refused) {
            refuse(List.of(String.valueOf(refused.getMessage())));
        } catch (IOException | RuntimeException | LinkageError thrown) {
            refuse(List.of("it cannot begin: " + thrown));
        }
    }

    private void look(Frame frame) throws IOException {
        BundleJar.open(Path.of(frame.read().readUTF())).load();
        outbox.send(new Frame(Frame.Kind.READY, new byte[0]));
    }

    private void begin(Frame frame) throws IOException {
        var hello = Hello.read(frame, this::log);
        var definition = BundleJar.open(hello.jar()).load();
        // Libraries look for services there; threads that are made from now on have it too.
        ClassLoader loader = definition.types().getFirst().getClassLoader();
        Thread.currentThread().setContextClassLoader(loader);
        var made = new LiveDefinition(definition, hello.run(), series(hello));
        live = Optional.of(made);
        running = Optional.of(
                new Executions(clock, hello.run(), made.subjects(), loader, outbox, new ProcessWatch(clock)));
        ready(definition, made);
    }

    private static Map<String, Series> series(Hello hello) throws IOException {
        Map<String, Series> series = new TreeMap<>();
        for (var data : hello.data()) {
            series.put(data.name(), new Series.Listed(CsvFile.read(data.file()), data.order(), data.seed()));
        }
        return series;
    }

    private void ready(Definition definition, LiveDefinition made) {
        outbox.send(Frame.of(Frame.Kind.READY, out -> {
            out.writeShort(definition.transactions().size());
            for (var subject : made.subjects()) {
                Frame.writeText(out, subject.name());
                out.writeLong(subject.timeout().toNanos());
            }
            Frame.writeTexts(out, made.sources());
        }));
    }

    private void refuse(List<String> problems) {
        outbox.send(Frame.of(Frame.Kind.REFUSED, out -> Frame.writeTexts(out, problems)));
    }

    private void step(Frame frame) throws IOException, InterruptedException {
        var fields = frame.read();
        var step = Frame.Step.of(fields.readUnsignedByte());
        boolean oncePerRun = fields.readBoolean();
        var definition = live.orElseThrow();
        var problems = new ArrayList<String>();
        try {
            switch (step) {
                case SET_UP -> definition.setUp(oncePerRun);
                case OPEN -> definition.open();
                case CLEAN_UP -> definition.cleanUp();
                case TEAR_DOWN -> {
                    problems.addAll(definition.tearDown(oncePerRun));
                    if (oncePerRun) {
                        problems.addAll(leftThreads());
                    }
                }
            }
        } catch (DefinitionRefused refused) {
            problems.addAll(refused.problems());
        } catch (RuntimeException | LinkageError thrown) {
            problems.add(thrown.toString());
        }
        var cleaned = definition.cleaned();
        outbox.send(Frame.of(Frame.Kind.STEP_DONE, out -> {
            Frame.writeTexts(out, problems);
            out.writeLong(cleaned.done());
            out.writeLong(cleaned.failed());
        }));
    }

    /// Threads that would have kept a process of the bundle's own from ending.
    private List<String> leftThreads() throws InterruptedException {
        List<String> names = List.of();
        for (long waited = 0; waited < THREADS_END_MILLIS; waited += 50) {
            names = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.isAlive() && !thread.isDaemon() && !threadsAtFirst.contains(thread))
                    .map(Thread::getName)
                    .filter(name -> !name.equals("DestroyJavaVM"))
                    .sorted()
                    .toList();
            if (names.isEmpty()) {
                return List.of();
            }
            Thread.sleep(50);
        }
        return List.of("it left threads running (" + names.size() + "): "
                + String.join(", ", names.subList(0, Math.min(THREADS_NAMED, names.size())))
                + (names.size() > THREADS_NAMED ? ", ..." : "")
                + ". Shut down in a @Teardown what the bundle started.");
    }

    /// Ends the process.
    private void goodbye(String why) {
        outbox.send(Frame.of(Frame.Kind.GOODBYE, out -> Frame.writeText(out, why)));
        try {
            outbox.flush(FLUSH_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(1);
    }

    /// A bundle that calls `System.exit` is ended and named.
    private void shutDown() {
        goodbye("it called System.exit");
    }
}

package io.flywheel.loadtest.command;

import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// While it is open, Ctrl-C and SIGTERM stop what runs instead of the process, which waits for its summary. A second
/// one, or a grace that has passed, ends the process at once and says what stays behind.
final class StopOnSignal implements AutoCloseable {
    /// For what is given back, after what is in flight has ended.
    private static final Duration GRACE = Duration.ofMinutes(5);
    /// What a shell reports for a process that died of Ctrl-C.
    private static final int AT_ONCE = 130;

    private final Runnable stop;
    private final Supplier<Optional<String>> remains;
    private final Duration grace;
    private final PrintStream error;
    private final Runnable halt;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Map<Object, Object> handlersBefore = new ConcurrentHashMap<>();
    private final Thread hook;

    /// @param stop makes the work come to its end soon; called on another thread
    StopOnSignal(Runnable stop) {
        this(stop, Optional::empty, Duration.ZERO);
    }

    /// @param remains what stays behind if the process ends now
    /// @param drain how long what is in flight may take
    StopOnSignal(Runnable stop, Supplier<Optional<String>> remains, Duration drain) {
        this(
                stop,
                remains,
                GRACE.plus(drain),
                System.err,
                () -> Runtime.getRuntime().halt(AT_ONCE));
    }

    StopOnSignal(Runnable stop, Supplier<Optional<String>> remains, Duration grace, PrintStream error, Runnable halt) {
        this.stop = stop;
        this.remains = remains;
        this.grace = grace;
        this.error = error;
        this.halt = halt;
        // The JVM ends when its hooks have.
        hook = new Thread(this::signalled);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    void signalled() {
        error.println("\nstopping: what is in flight may end, then it is cleaned up; once more ends it at once");
        hearTheNext();
        stop.run();
        try {
            if (!finished.await(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                end("the run did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A JVM that is on its way down ignores signals, unless there is a handler of one's own.
    private void hearTheNext() {
        try {
            Object listener = Proxy.newProxyInstance(
                    StopOnSignal.class.getClassLoader(), new Class<?>[] {handlerType()}, (_, method, _) -> {
                        if (method.getName().equals("handle")) {
                            signalledAgain();
                        }
                        return null;
                    });
            for (String name : new String[] {"TERM", "INT"}) {
                Object signal = signalType().getConstructor(String.class).newInstance(name);
                handlersBefore.put(signal, handle(signal, listener));
            }
        } catch (ReflectiveOperationException e) {
            error.println("flywheel: this JVM takes no signal handlers: " + e);
        }
    }

    // By reflection, since the compiler's warning about the only API for signals cannot be turned off.

    private static Class<?> signalType() throws ClassNotFoundException {
        return Class.forName("sun.misc.Signal");
    }

    private static Class<?> handlerType() throws ClassNotFoundException {
        return Class.forName("sun.misc.SignalHandler");
    }

    /// @return the handler before
    private static Object handle(Object signal, Object handler) {
        try {
            return signalType().getMethod("handle", signalType(), handlerType()).invoke(null, signal, handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM takes no signal handlers", e);
        }
    }

    void signalledAgain() {
        end("ended at once");
    }

    private void end(String why) {
        error.println("flywheel: " + why
                + remains.get().map(what -> "; what stays behind: " + what).orElse(""));
        error.flush();
        halt.run();
    }

    @Override
    public void close() {
        finished.countDown();
        handlersBefore.forEach(StopOnSignal::handle);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is on its way down: the hook runs and has nothing to wait for any more.
            return;
        }
    }
}

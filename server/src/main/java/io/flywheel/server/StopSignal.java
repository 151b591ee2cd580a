package io.flywheel.server;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/// SIGTERM and Ctrl-C. The first asks the server to stop in good order, a second one ends the process at once. The
/// JVM's shutdown hooks cannot do this: they end with code 143 and ignore a second signal.
final class StopSignal {
    /// What a shell reports for a process that died of Ctrl-C.
    private static final int AT_ONCE = 130;

    private final CountDownLatch asked = new CountDownLatch(1);

    /// From now on signals come here.
    static StopSignal install() {
        var stop = new StopSignal();
        try {
            // By reflection, since the compiler's warning about the only API for signals cannot be turned off.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object listener = Proxy.newProxyInstance(
                    StopSignal.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            stop.signalled();
                        }
                        return null;
                    });
            for (String name : new String[] {"TERM", "INT"}) {
                Object named = signal.getConstructor(String.class).newInstance(name);
                signal.getMethod("handle", signal, handler).invoke(null, named, listener);
            }
        } catch (ReflectiveOperationException e) {
            throw StartRefused.failure("this JVM takes no signal handlers: " + e);
        }
        return stop;
    }

    private void signalled() {
        if (asked.getCount() == 0) {
            Runtime.getRuntime().halt(AT_ONCE);
        }
        ask();
    }

    /// As if the first signal had come.
    void ask() {
        asked.countDown();
    }

    void await() {
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

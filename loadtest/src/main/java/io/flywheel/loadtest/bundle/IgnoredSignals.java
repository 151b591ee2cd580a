package io.flywheel.loadtest.bundle;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

/// A terminal's Ctrl-C comes to all its processes. The generator first wants to hear what is in flight and to tear
/// down: a JVM that begins to shut down meanwhile has closed what its libraries use. It ends with the generator.
final class IgnoredSignals {
    private static final List<String> NAMES = List.of("INT", "TERM", "HUP");

    private IgnoredSignals() {}

    /// From now on they do nothing here; processes that are started do not inherit that.
    static void install() {
        try {
            // By reflection, since the compiler's warning about the only API for signals cannot be turned off.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object nothing = Proxy.newProxyInstance(
                    IgnoredSignals.class.getClassLoader(), new Class<?>[] {handler}, (_, _, _) -> null);
            for (String name : NAMES) {
                Object named = signal.getConstructor(String.class).newInstance(name);
                signal.getMethod("handle", signal, handler).invoke(null, named, nothing);
            }
        } catch (InvocationTargetException e) {
            System.err.println("not every signal can be ignored: " + e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM takes no signal handlers", e);
        }
    }
}

package io.flywheel.loadtest.bundle;

/// The parent of every bundle's class loader: the JDK and the API, and nothing else of what the generator consists of,
/// so that a bundle brings its own version of every library.
final class ApiOnly extends ClassLoader {
    private static final String API = "io.flywheel.loadtest.api.";

    private final ClassLoader own;

    ApiOnly() {
        super(ClassLoader.getPlatformClassLoader());
        this.own = ApiOnly.class.getClassLoader();
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (name.startsWith(API)) {
            return own.loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }
}

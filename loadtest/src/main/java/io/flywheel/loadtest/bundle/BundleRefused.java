package io.flywheel.loadtest.bundle;

/// A jar that cannot be run as a bundle; the message says why and what to do.
public final class BundleRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    BundleRefused(String message) {
        super(message);
    }

    BundleRefused(String message, Throwable cause) {
        super(message, cause);
    }
}

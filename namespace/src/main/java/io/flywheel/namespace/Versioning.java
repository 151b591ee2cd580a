package io.flywheel.namespace;

/// A bucket's versioning: it begins unversioned and never returns to it.
public enum Versioning {
    UNVERSIONED,
    ENABLED,
    SUSPENDED
}

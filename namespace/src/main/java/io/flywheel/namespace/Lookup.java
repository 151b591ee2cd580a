package io.flywheel.namespace;

/// What looking a version up came to.
public sealed interface Lookup {
    /// @param versioning the bucket's, which decides whether responses carry the version's id
    record Found(Version.ObjectVersion version, Versioning versioning) implements Lookup {}

    /// The newest version, or the one asked for, is a delete marker.
    record Deleted(Version.DeleteMarker marker) implements Lookup {}

    record NoSuchBucket() implements Lookup {}

    record NoSuchKey() implements Lookup {}

    record NoSuchVersion() implements Lookup {}
}

package io.flywheel.namespace;

/// Which version of a key is meant.
public sealed interface VersionSelector {
    /// The newest: no {@code versionId} in the request.
    record Current() implements VersionSelector {}

    /// {@code versionId=null}.
    record Null() implements VersionSelector {}

    record Exactly(VersionId id) implements VersionSelector {}

    VersionSelector CURRENT = new Current();
    VersionSelector NULL = new Null();
}

package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import java.util.Collections;
import java.util.Optional;
import java.util.TreeMap;

/// A bucket and the versions of each of its keys, newest first.
final class ModelBucket {
    Bucket bucket;
    final TreeMap<Bytes, TreeMap<Long, Version>> keys = new TreeMap<>();

    ModelBucket(Bucket bucket) {
        this.bucket = bucket;
    }

    Optional<Version> version(Bytes key, VersionSelector selector) {
        TreeMap<Long, Version> versions = keys.get(key);
        if (versions == null) {
            return Optional.empty();
        }
        return switch (selector) {
            case VersionSelector.Current() -> Optional.of(versions.firstEntry().getValue());
            case VersionSelector.Null() ->
                versions.values().stream().filter(Version::isNull).findFirst();
            case VersionSelector.Exactly(VersionId id) ->
                Optional.ofNullable(versions.get(id.position()))
                        .filter(version -> version.id().equals(id));
        };
    }

    void add(Bytes key, Version version) {
        keys.computeIfAbsent(key, k -> new TreeMap<>(Collections.reverseOrder()))
                .put(version.id().position(), version);
    }

    void remove(Bytes key, Version version) {
        TreeMap<Long, Version> versions = keys.get(key);
        if (versions != null) {
            versions.remove(version.id().position());
            if (versions.isEmpty()) {
                keys.remove(key);
            }
        }
    }
}

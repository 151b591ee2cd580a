package io.flywheel.conformance.crash;

import io.flywheel.conformance.Content;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the only writer of one key knows about it: what was acknowledged last, and what may have happened since.
/// Not thread-safe.
final class Ledger {

    private Optional<Content> settled = Optional.empty();
    private final List<Optional<Content>> maybe = new ArrayList<>();
    private final Map<String, Content> versions = new HashMap<>();
    private final Set<String> maybeDeleted = new HashSet<>();

    /// A write (or, when empty, a deletion) was sent and its answer is not known yet.
    void sent(Optional<Content> value) {
        maybe.add(value);
    }

    /// The last write was acknowledged: what may have happened before it no longer matters for readers.
    void acknowledged(Optional<Content> value) {
        settled = value;
        maybe.clear();
    }

    /// A version was acknowledged.
    void acknowledgedVersion(String versionId, Content content) {
        versions.put(versionId, content);
    }

    /// The deletion of one version was sent.
    void sentDeletion(String versionId) {
        maybeDeleted.add(versionId);
    }

    /// The deletion of one version was acknowledged: it must not be seen again.
    void acknowledgedDeletion(String versionId) {
        versions.remove(versionId);
        maybeDeleted.remove(versionId);
    }

    /// The versions that were acknowledged and never touched again.
    Map<String, Content> certainVersions() {
        Map<String, Content> certain = new HashMap<>(versions);
        certain.keySet().removeAll(maybeDeleted);
        return certain;
    }

    /// A version whose put was acknowledged and whose deletion was not.
    Optional<Content> version(String versionId) {
        return Optional.ofNullable(versions.get(versionId));
    }

    /// What the key may hold now.
    List<Optional<Content>> possible() {
        List<Optional<Content>> possible = new ArrayList<>(maybe);
        possible.add(settled);
        return possible;
    }

    /// The outcome is known again: the key holds `found`, and these versions exist.
    void resolve(Optional<Content> found, Map<String, Content> existing) {
        settled = found;
        maybe.clear();
        versions.clear();
        versions.putAll(existing);
        maybeDeleted.clear();
    }
}

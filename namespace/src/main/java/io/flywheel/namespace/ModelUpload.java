package io.flywheel.namespace;

import java.util.Optional;
import java.util.TreeMap;

/// An upload and its parts by number.
final class ModelUpload {
    Upload upload;
    final TreeMap<Integer, Part> parts = new TreeMap<>();
    Optional<PartLayout> layout = Optional.empty();

    /// Aborted, or its version is gone: waits for its parts to be deleted.
    boolean gone;

    ModelUpload(Upload upload) {
        this.upload = upload;
    }

    boolean inProgress() {
        return !gone && upload.completed().isEmpty();
    }
}

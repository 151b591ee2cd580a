package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import java.util.List;
import java.util.Optional;

/// @param next where the page ended, when there is more
public record UploadPage(List<Upload> uploads, List<Bytes> commonPrefixes, Optional<Marker> next) {
    /// @param upload none after a common prefix
    public record Marker(Bytes key, Optional<UploadId> upload) {}

    public UploadPage {
        uploads = List.copyOf(uploads);
        commonPrefixes = List.copyOf(commonPrefixes);
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.auth.PayloadKind;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.VersionId;
import io.flywheel.namespace.VersionSelector;
import java.util.Optional;

/// An authenticated request, parsed as far as all operations have it in common.
///
/// @param headers those of the head, and those that a presigned URL carries in its query
record S3Request(
        Operation operation,
        Address address,
        Query query,
        RequestHead head,
        Headers headers,
        AccountId account,
        PayloadKind payload) {
    String bucket() {
        return address.bucket();
    }

    Bytes key() {
        return address.key();
    }

    Optional<String> header(String lowerCaseName) {
        return headers.first(lowerCaseName);
    }

    /// Which version {@code versionId} asks for.
    ///
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidArgument
    VersionSelector version() {
        return query.text("versionId").map(S3Request::version).orElse(VersionSelector.CURRENT);
    }

    static VersionSelector version(String text) {
        if (text.isEmpty()) {
            throw S3Error.invalidArgument("Version id cannot be the empty string", "versionId", text);
        }
        if (text.equals("null")) {
            return VersionSelector.NULL;
        }
        VersionId id = VersionId.parse(text)
                .orElseThrow(() -> S3Error.invalidArgument("Invalid version id specified", "versionId", text));
        return new VersionSelector.Exactly(id);
    }
}

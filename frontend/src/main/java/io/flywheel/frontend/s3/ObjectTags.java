package io.flywheel.frontend.s3;

import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Tag;
import io.flywheel.namespace.Versioning;
import java.util.List;

/// Tags of objects.
final class ObjectTags {
    private final Backend backend;

    ObjectTags(Backend backend) {
        this.backend = backend;
    }

    S3Response get(S3Request request) {
        Lookup.Found found =
                backend.found(request, backend.namespace().lookup(request.bucket(), request.key(), request.version()));
        Headers headers = found.versioning() == Versioning.UNVERSIONED
                ? Headers.EMPTY
                : Headers.of("x-amz-version-id", Backend.versionText(found.version()));
        return S3Response.xml(
                200, headers, TagSets.write(found.version().attributes().tags()));
    }

    S3Response put(S3Request request, byte[] body) {
        return set(request, 200, TagSets.read(body, TagSets.OBJECT_TAGS_MAX));
    }

    S3Response delete(S3Request request) {
        return set(request, 204, List.of());
    }

    private S3Response set(S3Request request, int status, List<Tag> tags) {
        Outcome outcome = backend.apply(
                request,
                new Command.SetObjectTags(
                        backend.stamp(request), request.bucket(), request.key(), request.version(), tags));
        if (!(outcome instanceof Outcome.TagsSet set)) {
            throw S3Error.INTERNAL_ERROR.failure();
        }
        if (set.versioning() == Versioning.UNVERSIONED) {
            return S3Response.empty(status);
        }
        String version = set.isNull() ? "null" : set.version().toString();
        return S3Response.empty(status, Headers.of("x-amz-version-id", version));
    }
}

package io.flywheel.conformance.history;

import io.flywheel.conformance.Content;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a history does, to the server and to the model alike. Every operation answers with a line that holds all that
/// S3 promises about its outcome, errors as `status Code`, so that two answers are equal when their lines are.
interface Store {

    /// A condition of a request; at most one is present.
    record Condition(Optional<String> match, Optional<String> noneMatch) {
        static final Condition NONE = new Condition(Optional.empty(), Optional.empty());
    }

    /// A part as named by who completes an upload.
    record Named(int number, String eTag) {}

    /// What a listing asks for; an empty `delimiter` or `startAfter` is none.
    record Query(String prefix, String delimiter, String startAfter, int maxKeys) {}

    String createBucket(String bucket);

    String deleteBucket(String bucket);

    String listBuckets();

    String versioning(String bucket, boolean enabled);

    String put(String bucket, String key, Content content, Map<String, String> tags, Condition condition);

    /// Reads the whole object, or the bytes from `range[0]` to `range[1]` inclusive.
    String read(String bucket, String key, Optional<String> version, List<Integer> range, Condition condition);

    String head(String bucket, String key, Optional<String> version);

    String delete(String bucket, String key, Optional<String> version);

    String deleteMany(String bucket, List<String> keys);

    String copy(String bucket, String key, Optional<String> version, String toBucket, String toKey);

    /// All pages of a listing.
    String list(String bucket, Query query);

    /// All pages of a listing of versions; `startAfter` does not apply.
    String listVersions(String bucket, Query query);

    String tags(String bucket, String key);

    String putTags(String bucket, String key, Map<String, String> tags);

    String createUpload(String bucket, String key);

    String putPart(String bucket, String key, String upload, int number, Content content);

    String complete(String bucket, String key, String upload, List<Named> parts);

    String abort(String bucket, String key, String upload);

    String listParts(String bucket, String key, String upload);

    String listUploads(String bucket);
}

package io.flywheel.conformance.history;

import io.flywheel.conformance.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/// The server, through the AWS SDK.
final class RealStore implements Store {

    private final S3Client s3;

    RealStore(S3Client s3) {
        this.s3 = s3;
    }

    private static String answer(Supplier<String> call) {
        try {
            return call.get();
        } catch (S3Exception e) {
            String code =
                    e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
            // Answers without a body have the status as their code, or none.
            boolean named = code != null && !code.isEmpty() && !Character.isDigit(code.charAt(0));
            return e.statusCode() + (named && e.statusCode() != 304 ? " " + code : "");
        }
    }

    private static String unquoted(String eTag) {
        return eTag.replace("\"", "");
    }

    private static String version(@Nullable String id) {
        return "version=" + (id == null ? "null" : id);
    }

    @Override
    public String createBucket(String bucket) {
        return answer(() -> {
            s3.createBucket(b -> b.bucket(bucket));
            return "200";
        });
    }

    @Override
    public String deleteBucket(String bucket) {
        return answer(() -> {
            s3.deleteBucket(b -> b.bucket(bucket));
            return "204";
        });
    }

    @Override
    public String listBuckets() {
        return answer(() ->
                s3.listBuckets().buckets().stream().map(Bucket::name).toList().toString());
    }

    @Override
    public String versioning(String bucket, boolean enabled) {
        var status = enabled ? BucketVersioningStatus.ENABLED : BucketVersioningStatus.SUSPENDED;
        return answer(() -> {
            s3.putBucketVersioning(b -> b.bucket(bucket).versioningConfiguration(v -> v.status(status)));
            return "200";
        });
    }

    private static Tagging tagging(Map<String, String> tags) {
        return Tagging.builder()
                .tagSet(tags.entrySet().stream()
                        .map(tag -> Tag.builder()
                                .key(tag.getKey())
                                .value(tag.getValue())
                                .build())
                        .toList())
                .build();
    }

    @Override
    public String put(String bucket, String key, Content content, Map<String, String> tags, Condition condition) {
        return answer(() -> {
            var put = s3.putObject(
                    b -> b.bucket(bucket)
                            .key(key)
                            .metadata(Map.of("seed", Long.toString(content.seed())))
                            .tagging(tags.isEmpty() ? null : tagging(tags))
                            .ifMatch(condition.match().orElse(null))
                            .ifNoneMatch(condition.noneMatch().orElse(null)),
                    RequestBody.fromBytes(content.bytes()));
            return "200 " + unquoted(put.eTag()) + " " + version(put.versionId());
        });
    }

    @Override
    public String read(String bucket, String key, Optional<String> version, List<Integer> range, Condition condition) {
        return answer(() -> {
            var read = s3.getObjectAsBytes(b -> b.bucket(bucket)
                    .key(key)
                    .versionId(version.orElse(null))
                    .range(range.isEmpty() ? null : "bytes=" + range.get(0) + "-" + range.get(1))
                    .ifMatch(condition.match().orElse(null))
                    .ifNoneMatch(condition.noneMatch().orElse(null)));
            var head = read.response();
            Integer tags = head.tagCount();
            return "200 %s %s %s %s tags=%d"
                    .formatted(
                            Content.md5(read.asByteArray()),
                            unquoted(head.eTag()),
                            version(head.versionId()),
                            head.metadata(),
                            tags == null ? 0 : tags);
        });
    }

    @Override
    public String head(String bucket, String key, Optional<String> version) {
        return answer(() -> {
                    var head = s3.headObject(b -> b.bucket(bucket).key(key).versionId(version.orElse(null)));
                    return "200 %d %s %s %s"
                            .formatted(
                                    head.contentLength(),
                                    unquoted(head.eTag()),
                                    version(head.versionId()),
                                    head.metadata());
                })
                .replaceAll("^(40[45]).*", "$1");
    }

    @Override
    public String delete(String bucket, String key, Optional<String> version) {
        return answer(() -> {
            var deleted = s3.deleteObject(b -> b.bucket(bucket).key(key).versionId(version.orElse(null)));
            return "204 marker=" + Boolean.TRUE.equals(deleted.deleteMarker()) + " " + version(deleted.versionId());
        });
    }

    @Override
    public String deleteMany(String bucket, List<String> keys) {
        List<ObjectIdentifier> objects = keys.stream()
                .map(key -> ObjectIdentifier.builder().key(key).build())
                .toList();
        return answer(() -> {
            var answer = s3.deleteObjects(b -> b.bucket(bucket).delete(d -> d.objects(objects)));
            return "200 errors=" + answer.errors().size()
                    + answer.deleted().stream()
                            .map(d -> " " + d.key() + " marker=" + Boolean.TRUE.equals(d.deleteMarker()) + " "
                                    + version(d.deleteMarkerVersionId()))
                            .collect(Collectors.joining());
        });
    }

    @Override
    public String copy(String bucket, String key, Optional<String> version, String toBucket, String toKey) {
        return answer(() -> {
            var copy = s3.copyObject(b -> b.sourceBucket(bucket)
                    .sourceKey(key)
                    .sourceVersionId(version.orElse(null))
                    .destinationBucket(toBucket)
                    .destinationKey(toKey));
            return "200 " + unquoted(copy.copyObjectResult().eTag()) + " " + version(copy.versionId());
        });
    }

    private static String page(ListObjectsV2Response page) {
        return page.contents().stream()
                        .map(o -> o.key() + ":" + o.size() + ":" + unquoted(o.eTag()))
                        .toList()
                + " "
                + page.commonPrefixes().stream().map(p -> p.prefix()).toList();
    }

    @Override
    public String list(String bucket, Query query) {
        return answer(() -> {
            List<String> pages = new ArrayList<>();
            String token = null;
            do {
                String from = token;
                var page = s3.listObjectsV2(b -> b.bucket(bucket)
                        .prefix(query.prefix())
                        .delimiter(query.delimiter().isEmpty() ? null : query.delimiter())
                        .startAfter(query.startAfter().isEmpty() ? null : query.startAfter())
                        .maxKeys(query.maxKeys())
                        .continuationToken(from));
                pages.add(page(page));
                token = page.isTruncated() ? page.nextContinuationToken() : null;
            } while (token != null);
            return String.join(" | ", pages);
        });
    }

    private static String page(ListObjectVersionsResponse page) {
        return page.versions().stream()
                        .map(v -> v.key() + ":" + v.versionId() + ":" + v.isLatest() + ":" + v.size())
                        .toList()
                + " "
                + page.deleteMarkers().stream()
                        .map(m -> m.key() + ":" + m.versionId() + ":" + m.isLatest())
                        .toList()
                + " " + page.commonPrefixes().stream().map(p -> p.prefix()).toList();
    }

    @Override
    public String listVersions(String bucket, Query query) {
        return answer(() -> {
            List<String> pages = new ArrayList<>();
            boolean more;
            String key = null;
            String version = null;
            do {
                String fromKey = key;
                String fromVersion = version;
                var page = s3.listObjectVersions(b -> b.bucket(bucket)
                        .prefix(query.prefix())
                        .delimiter(query.delimiter().isEmpty() ? null : query.delimiter())
                        .maxKeys(query.maxKeys())
                        .keyMarker(fromKey)
                        .versionIdMarker(fromVersion));
                pages.add(page(page));
                more = page.isTruncated();
                key = page.nextKeyMarker();
                version = page.nextVersionIdMarker();
            } while (more);
            return String.join(" | ", pages);
        });
    }

    @Override
    public String tags(String bucket, String key) {
        return answer(() -> {
            Map<String, String> tags = new TreeMap<>();
            s3.getObjectTagging(b -> b.bucket(bucket).key(key)).tagSet().forEach(t -> tags.put(t.key(), t.value()));
            return "200 " + tags;
        });
    }

    @Override
    public String putTags(String bucket, String key, Map<String, String> tags) {
        return answer(() -> {
            s3.putObjectTagging(b -> b.bucket(bucket).key(key).tagging(tagging(tags)));
            return "200";
        });
    }

    @Override
    public String createUpload(String bucket, String key) {
        return answer(() -> "200 upload="
                + s3.createMultipartUpload(b -> b.bucket(bucket).key(key)).uploadId());
    }

    @Override
    public String putPart(String bucket, String key, String upload, int number, Content content) {
        return answer(() -> "200 "
                + unquoted(s3.uploadPart(
                                b -> b.bucket(bucket).key(key).uploadId(upload).partNumber(number),
                                RequestBody.fromBytes(content.bytes()))
                        .eTag()));
    }

    @Override
    public String complete(String bucket, String key, String upload, List<Named> parts) {
        List<CompletedPart> completed = parts.stream()
                .map(part -> CompletedPart.builder()
                        .partNumber(part.number())
                        .eTag('"' + part.eTag() + '"')
                        .build())
                .toList();
        return answer(() -> {
            var answer = s3.completeMultipartUpload(
                    b -> b.bucket(bucket).key(key).uploadId(upload).multipartUpload(u -> u.parts(completed)));
            return "200 " + unquoted(answer.eTag()) + " " + version(answer.versionId());
        });
    }

    @Override
    public String abort(String bucket, String key, String upload) {
        return answer(() -> {
            s3.abortMultipartUpload(b -> b.bucket(bucket).key(key).uploadId(upload));
            return "204";
        });
    }

    @Override
    public String listParts(String bucket, String key, String upload) {
        return answer(() -> "200 "
                + s3.listParts(b -> b.bucket(bucket).key(key).uploadId(upload)).parts().stream()
                        .map(p -> p.partNumber() + ":" + p.size() + ":" + unquoted(p.eTag()))
                        .toList());
    }

    @Override
    public String listUploads(String bucket) {
        return answer(() -> "200 "
                + s3.listMultipartUploads(b -> b.bucket(bucket)).uploads().stream()
                        .map(u -> u.key() + ":" + u.uploadId())
                        .sorted()
                        .toList());
    }
}

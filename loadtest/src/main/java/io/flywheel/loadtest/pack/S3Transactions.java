package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.pack.S3Bucket.Stored;
import io.flywheel.loadtest.s3.ContentPayload;
import io.flywheel.loadtest.s3.PayloadForm;
import io.flywheel.loadtest.s3.S3Answer;
import io.flywheel.loadtest.s3.S3Client;
import io.flywheel.loadtest.s3.S3Request;
import io.flywheel.loadtest.s3.XmlTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// The transactions about objects, by name.
final class S3Transactions {
    private static final int DELETED_TOGETHER = 10;
    private static final int PRESIGNED_SECONDS = 900;

    private final S3Bucket bucket;
    private final Map<String, AsyncBody.Action> all = new LinkedHashMap<>();

    S3Transactions(S3Bucket bucket) {
        this.bucket = bucket;
        writes();
        reads();
        var _ = all.put("delete", this::delete);
        var _ = all.put("delete-objects", this::deleteObjects);
        var _ = all.put("tagging", AsyncBody.always(this::tagging));
    }

    Map<String, AsyncBody.Action> all() {
        return all;
    }

    private void add(String name, AsyncBody.Always always) {
        all.put(name, AsyncBody.always(always));
    }

    private void writes() {
        add("put", execution -> put(execution, bucket.fresh(execution, "put"), request -> {}));
        add("put-if-absent", execution -> {
            Stored object = bucket.fresh(execution, "absent");
            return put(execution, object, request -> request.field("if-none-match", "*"));
        });
        add("overwrite", execution -> {
            Stored object = bucket.chosen(execution);
            execution.sent(object.bytes());
            return bucket.send(bucket.putting(object), execution);
        });
        add("put-refused", execution -> {
            S3Request request = bucket.putting(bucket.chosen(execution)).field("if-none-match", "*");
            return bucket.sendExpecting(412, request, execution);
        });
        add("put-presigned", execution -> {
            Stored object = bucket.fresh(execution, "presigned");
            var body = new ContentPayload(bucket.client().content(), object.identity(), 0, object.bytes());
            S3Request request = bucket.request("PUT", object.key())
                    .body(body, PayloadForm.UNSIGNED, bucket.section().checksum())
                    .presigned(PRESIGNED_SECONDS);
            execution.sent(object.bytes());
            return kept(bucket.send(request, execution), object);
        });
        add("copy", execution -> {
            Stored source = bucket.chosen(execution);
            Stored copy = new Stored(bucket.fresh(execution, "copy").key(), source.identity(), source.bytes(), "");
            S3Request request = bucket.request("PUT", copy.key()).copyOf(bucket.name(), source.key());
            return kept(bucket.send(request, execution), copy);
        });
    }

    private CompletableFuture<?> put(Execution execution, Stored object, Consumer<S3Request> more) {
        S3Request request = bucket.putting(object);
        more.accept(request);
        execution.sent(object.bytes());
        return kept(bucket.send(request, execution), object);
    }

    private CompletableFuture<?> kept(CompletableFuture<S3Answer> answer, Stored object) {
        return answer.thenAccept(written ->
                bucket.keep(new Stored(object.key(), object.identity(), object.bytes(), written.versionId())));
    }

    private void reads() {
        add("get", execution -> {
            Stored object = bucket.chosen(execution);
            return bucket.read(bucket.request("GET", object), object, execution);
        });
        add("get-presigned", execution -> {
            Stored object = bucket.chosen(execution);
            return bucket.read(bucket.request("GET", object).presigned(PRESIGNED_SECONDS), object, execution);
        });
        add("get-range", this::range);
        add("get-not-modified", execution -> {
            Stored object = bucket.chosen(execution);
            return bucket.send(bucket.request("HEAD", object), execution)
                    .thenCompose(head -> bucket.sendExpecting(
                            304, bucket.request("GET", object).field("if-none-match", head.etag()), execution));
        });
        add("get-if-match", execution -> {
            Stored object = bucket.chosen(execution);
            return bucket.send(bucket.request("HEAD", object), execution)
                    .thenCompose(head -> bucket.read(
                            bucket.request("GET", object).field("if-match", head.etag()), object, execution));
        });
        add("head", execution -> {
            Stored object = bucket.chosen(execution);
            return bucket.send(bucket.request("HEAD", object), execution)
                    .thenAccept(head -> execution.check(
                            "length is the object's",
                            head.field("content-length").equals(Long.toString(object.bytes()))));
        });
        add("attributes", execution -> {
            Stored object = bucket.chosen(execution);
            S3Request request = bucket.request("GET", object)
                    .query("attributes", "")
                    .field("x-amz-object-attributes", "ETag,ObjectSize");
            return bucket.send(request, execution)
                    .thenAccept(answer -> execution.check(
                            "size is the object's",
                            answer.document().textOf("ObjectSize").equals(Long.toString(object.bytes()))));
        });
    }

    /// An object without bytes has no ranges: it is read whole.
    private CompletableFuture<?> range(Execution execution) {
        Stored object = bucket.chosen(execution);
        S3Request request = bucket.request("GET", object);
        if (object.bytes() == 0) {
            return bucket.read(request, object, execution);
        }
        long length = Math.min(bucket.section().rangeBytes(), object.bytes());
        long from = execution.random().nextLong(object.bytes() - length + 1);
        request.field("range", "bytes=" + from + "-" + (from + length - 1));
        var expected = new S3Client.Expected(object.identity(), from, length, true);
        return bucket.read(request, expected, execution);
    }

    private Optional<CompletableFuture<?>> delete(Execution execution) {
        return bucket.take().map(object -> bucket.send(bucket.request("DELETE", object), execution));
    }

    private Optional<CompletableFuture<?>> deleteObjects(Execution execution) {
        var objects = new ArrayList<Stored>();
        for (var next = bucket.take(); next.isPresent(); next = bucket.take()) {
            objects.add(next.get());
            if (objects.size() == DELETED_TOGETHER) {
                break;
            }
        }
        if (objects.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(bucket.send(bucket.deleting(objects), execution)
                .thenAccept(answer -> execution.check(
                        "all are deleted",
                        answer.document().all("Error").findAny().isEmpty())));
    }

    /// Sets, reads and removes the tags of an object of its own, which nobody deletes before.
    private CompletableFuture<?> tagging(Execution execution) {
        Stored object = bucket.fresh(execution, "tagged");
        String value = Long.toHexString(execution.random().nextLong());
        execution.sent(object.bytes());
        return bucket.send(bucket.putting(object), execution)
                .thenCompose(written -> bucket.send(bucket.documented(tags("PUT", object), tags(value)), execution)
                        .thenCompose(_ -> bucket.send(tags("GET", object), execution))
                        .thenCompose(answer -> {
                            execution.check(
                                    "tags are as they were set",
                                    tagValue(answer.document()).equals(value));
                            return bucket.send(tags("DELETE", object), execution);
                        })
                        .whenComplete((_, _) -> bucket.keep(
                                new Stored(object.key(), object.identity(), object.bytes(), written.versionId()))));
    }

    private S3Request tags(String method, Stored object) {
        return bucket.request(method, object).query("tagging", "");
    }

    /// One tag, as a document.
    static String tags(String value) {
        return "<Tagging><TagSet><Tag><Key>k</Key><Value>" + value + "</Value></Tag></TagSet></Tagging>";
    }

    static String tagValue(XmlTree tagging) {
        return tagging.all("TagSet")
                .flatMap(set -> set.all("Tag"))
                .map(tag -> tag.textOf("Value"))
                .findFirst()
                .orElse("");
    }
}

package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.pack.S3Bucket.Stored;
import io.flywheel.loadtest.s3.S3Answer;
import io.flywheel.loadtest.s3.S3Client;
import io.flywheel.loadtest.s3.S3Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// The transactions about uploads in parts and about versions, by name. Their steps are measured as
/// parts of them. What an execution made is given to those that delete when it needs it no more.
final class S3Uploads {
    private final S3Bucket bucket;

    S3Uploads(S3Bucket bucket) {
        this.bucket = bucket;
    }

    Map<String, AsyncBody.Action> all() {
        var all = new LinkedHashMap<String, AsyncBody.Action>();
        all.put("multipart", AsyncBody.always(this::multipart));
        all.put("multipart-copy", AsyncBody.always(this::multipartCopy));
        all.put("multipart-abort", AsyncBody.always(this::abort));
        if (bucket.section().versioning()) {
            all.put("versions", AsyncBody.always(this::versions));
        }
        return all;
    }

    private CompletableFuture<String> create(Execution execution, String key) {
        return AsyncBody.measured(
                        execution,
                        "create",
                        () -> bucket.send(bucket.request("POST", key).query("uploads", ""), execution))
                .thenApply(answer -> answer.document().textOf("UploadId"));
    }

    private S3Request part(String method, String key, String upload, int number) {
        return bucket.request(method, key)
                .query("partNumber", Integer.toString(number))
                .query("uploadId", upload);
    }

    private CompletableFuture<String> sendPart(Execution execution, Stored object, String upload, int number) {
        long size = bucket.section().partBytes();
        return AsyncBody.measured(execution, "part", () -> {
                    execution.sent(size);
                    S3Request request = part("PUT", object.key(), upload, number);
                    return bucket.send(
                            bucket.writing(request, object.identity(), (number - 1) * size, size), execution);
                })
                .thenApply(S3Answer::etag);
    }

    /// Part after part: each connection of a service is measured by itself, and executions run beside each other.
    private CompletableFuture<List<String>> sendParts(Execution execution, Stored object, String upload) {
        CompletableFuture<List<String>> sent = CompletableFuture.completedFuture(new ArrayList<>());
        for (int i = 1; i <= bucket.section().parts(); i++) {
            int number = i;
            sent = sent.thenCompose(
                    etags -> sendPart(execution, object, upload, number).thenApply(etag -> {
                        etags.add(etag);
                        return etags;
                    }));
        }
        return sent;
    }

    private CompletableFuture<S3Answer> complete(Execution execution, String key, String upload, List<String> etags) {
        var document = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < etags.size(); i++) {
            document.append("<Part><PartNumber>").append(i + 1).append("</PartNumber><ETag>");
            document.append(S3Bucket.escaped(etags.get(i))).append("</ETag></Part>");
        }
        S3Request request = bucket.request("POST", key).query("uploadId", upload);
        String text = document.append("</CompleteMultipartUpload>").toString();
        return AsyncBody.measured(
                execution, "complete", () -> bucket.send(bucket.documented(request, text), execution));
    }

    /// Writes an object in parts, lists them, completes it and reads across the first two.
    private CompletableFuture<?> multipart(Execution execution) {
        long bytes = bucket.section().parts() * bucket.section().partBytes();
        Stored named = bucket.fresh(execution, "multipart");
        var object = new Stored(named.key(), named.identity(), bytes, "");
        return create(execution, object.key())
                .thenCompose(upload -> sendParts(execution, object, upload)
                        .thenCompose(etags -> AsyncBody.measured(
                                        execution,
                                        "list-parts",
                                        () -> bucket.send(
                                                bucket.request("GET", object.key())
                                                        .query("uploadId", upload),
                                                execution))
                                .thenCompose(listed -> {
                                    execution.check(
                                            "all parts are listed",
                                            listed.document().all("Part").count() == Math.min(1000, etags.size()));
                                    return complete(execution, object.key(), upload, etags);
                                }))
                        .thenCompose(done -> readAcross(execution, object)
                                .whenComplete((_, _) -> bucket.keep(
                                        new Stored(object.key(), object.identity(), bytes, done.versionId())))));
    }

    private CompletableFuture<Long> readAcross(Execution execution, Stored object) {
        long from = Math.max(0, bucket.section().partBytes() - 50_000);
        long length = Math.min(100_000, object.bytes() - from);
        return AsyncBody.measured(
                execution,
                "read",
                () -> bucket.read(
                        bucket.request("GET", object.key()).field("range", "bytes=" + from + "-" + (from + length - 1)),
                        new S3Client.Expected(object.identity(), from, length, true),
                        execution));
    }

    /// An object whose one part is a copy of a prepared object.
    private CompletableFuture<?> multipartCopy(Execution execution) {
        Stored source = bucket.chosen(execution);
        String key = bucket.fresh(execution, "multipart-copy").key();
        return create(execution, key)
                .thenCompose(upload -> AsyncBody.measured(
                                execution,
                                "copy",
                                () -> bucket.send(
                                        part("PUT", key, upload, 1).copyOf(bucket.name(), source.key()), execution))
                        .thenCompose(copied -> complete(
                                execution,
                                key,
                                upload,
                                List.of(copied.document().textOf("ETag"))))
                        .thenCompose(done -> {
                            var object = new Stored(key, source.identity(), source.bytes(), done.versionId());
                            return AsyncBody.measured(
                                            execution,
                                            "read",
                                            () -> bucket.read(bucket.request("GET", object), object, execution))
                                    .whenComplete((_, _) -> bucket.keep(object));
                        }));
    }

    private CompletableFuture<?> abort(Execution execution) {
        Stored object = bucket.fresh(execution, "aborted");
        return create(execution, object.key())
                .thenCompose(upload -> sendPart(execution, object, upload, 1)
                        .thenCompose(_ -> AsyncBody.measured(
                                execution,
                                "abort",
                                () -> bucket.send(
                                        bucket.request("DELETE", object.key()).query("uploadId", upload), execution))));
    }

    /// Writes a key twice and reads the first version.
    private CompletableFuture<?> versions(Execution execution) {
        Stored first = bucket.fresh(execution, "versions");
        long otherIdentity = first.identity() + 1;
        execution.sent(2 * first.bytes());
        return bucket.send(bucket.putting(first), execution).thenCompose(written -> {
            execution.require("there is a version", !written.versionId().isEmpty());
            var old = new Stored(first.key(), first.identity(), first.bytes(), written.versionId());
            var other = new Stored(first.key(), otherIdentity, first.bytes(), "");
            return bucket.send(bucket.putting(other), execution)
                    .thenCompose(second -> {
                        var current = new Stored(first.key(), otherIdentity, first.bytes(), second.versionId());
                        return bucket.read(bucket.request("GET", old), old, execution)
                                .thenCompose(_ -> bucket.read(bucket.request("GET", first.key()), current, execution))
                                .whenComplete((_, _) -> bucket.keep(current));
                    })
                    .whenComplete((_, _) -> bucket.keep(old));
        });
    }
}

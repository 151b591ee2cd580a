package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.s3.S3Client;
import io.flywheel.loadtest.s3.S3Request;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/// The transactions about buckets, by name. Those that change one make a bucket of their own, and delete it.
final class S3Buckets {
    private static final String VERSIONED =
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";

    private final S3Bucket bucket;
    private final S3Client client;

    S3Buckets(S3Bucket bucket) {
        this.bucket = bucket;
        this.client = bucket.client();
    }

    Map<String, AsyncBody.Action> all() {
        var all = new LinkedHashMap<String, AsyncBody.Action>();
        all.put("bucket", AsyncBody.always(this::versioning));
        all.put("bucket-tagging", AsyncBody.always(this::tagging));
        all.put("list-buckets", one(() -> client.request("GET", "", "")));
        all.put("head-bucket", one(() -> bucket.request("HEAD", "")));
        all.put("bucket-location", one(() -> bucket.request("GET", "").query("location", "")));
        return all;
    }

    private AsyncBody.Action one(Supplier<S3Request> request) {
        return AsyncBody.always(execution -> bucket.send(request.get(), execution));
    }

    private CompletableFuture<?> versioning(Execution execution) {
        return within(
                "",
                execution,
                name -> bucket.send(client.request("HEAD", name, ""), execution)
                        .thenCompose(_ -> bucket.send(
                                bucket.documented(
                                        client.request("PUT", name, "").query("versioning", ""), VERSIONED),
                                execution))
                        .thenCompose(
                                _ -> bucket.send(client.request("GET", name, "").query("versioning", ""), execution))
                        .thenAccept(answer -> execution.check(
                                "versioning is on",
                                answer.document().textOf("Status").equals("Enabled"))));
    }

    private CompletableFuture<?> tagging(Execution execution) {
        String value = Long.toHexString(execution.random().nextLong());
        return within(
                "t",
                execution,
                name -> bucket.send(bucket.documented(tags("PUT", name), S3Transactions.tags(value)), execution)
                        .thenCompose(_ -> bucket.send(tags("GET", name), execution))
                        .thenCompose(answer -> {
                            execution.check(
                                    "tags are as they were set",
                                    S3Transactions.tagValue(answer.document()).equals(value));
                            return bucket.send(tags("DELETE", name), execution);
                        })
                        .thenCompose(_ -> bucket.sendExpecting(404, tags("GET", name), execution)));
    }

    private S3Request tags(String method, String name) {
        return client.request(method, name, "").query("tagging", "");
    }

    /// Makes a bucket for an execution, has things done in it, and deletes it.
    ///
    /// @param mark tells the buckets of one transaction from those of another
    private CompletableFuture<?> within(
            String mark, Execution execution, Function<String, CompletableFuture<?>> things) {
        String name = bucket.name() + "-" + mark + execution.number();
        bucket.others().add(name);
        return AsyncBody.measured(execution, "create", () -> bucket.send(bucket.creating(name), execution))
                .thenCompose(_ -> things.apply(name))
                .thenCompose(_ -> AsyncBody.measured(
                        execution, "delete", () -> bucket.send(client.request("DELETE", name, ""), execution)))
                .thenAccept(_ -> bucket.others().remove(name));
    }
}

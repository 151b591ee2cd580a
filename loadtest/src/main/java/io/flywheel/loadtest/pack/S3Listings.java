package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.s3.S3Request;
import io.flywheel.loadtest.s3.XmlTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// The transactions that list, by name. The keys of the prepared objects are known, so a listing must have exactly
/// those that follow the one it begins after.
final class S3Listings {
    private static final String AS_PREPARED = "keys are those that follow";

    private final S3Bucket bucket;
    private final String pageKeys;

    S3Listings(S3Bucket bucket) {
        this.bucket = bucket;
        this.pageKeys = Integer.toString(bucket.section().listKeys());
    }

    Map<String, AsyncBody.Action> all() {
        var all = new LinkedHashMap<String, AsyncBody.Action>();
        all.put("list", AsyncBody.always(this::list));
        all.put("list-pages", AsyncBody.always(this::listPages));
        all.put("list-v1", AsyncBody.always(this::listFirstForm));
        all.put("list-versions", AsyncBody.always(this::listVersions));
        all.put("list-uploads", AsyncBody.always(this::listUploads));
        return all;
    }

    private S3Request listing() {
        return bucket.request("GET", "").query("prefix", bucket.preparedPrefix());
    }

    private CompletableFuture<?> list(Execution execution) {
        long index = bucket.chosenIndex(execution);
        S3Request request = listing()
                .query("list-type", "2")
                .query("max-keys", pageKeys)
                .query("start-after", bucket.prepared(index).key());
        return bucket.send(request, execution)
                .thenAccept(answer -> checkFollowing(
                        execution,
                        index,
                        1,
                        keys(answer.document().all("Contents").toList())));
    }

    private CompletableFuture<?> listFirstForm(Execution execution) {
        long index = bucket.chosenIndex(execution);
        S3Request request = listing()
                .query("max-keys", pageKeys)
                .query("marker", bucket.prepared(index).key());
        return bucket.send(request, execution)
                .thenAccept(answer -> checkFollowing(
                        execution,
                        index,
                        1,
                        keys(answer.document().all("Contents").toList())));
    }

    /// Page after page by continuation tokens; each is measured as a part.
    private CompletableFuture<?> listPages(Execution execution) {
        long index = bucket.chosenIndex(execution);
        return page(execution, index, "", 1, new ArrayList<>());
    }

    private CompletableFuture<?> page(Execution execution, long index, String token, int number, List<String> before) {
        S3Request request = listing().query("list-type", "2").query("max-keys", pageKeys);
        var _ = token.isEmpty()
                ? request.query("start-after", bucket.prepared(index).key())
                : request.query("continuation-token", token);
        return AsyncBody.measured(execution, "page", () -> bucket.send(request, execution))
                .thenCompose(answer -> {
                    before.addAll(keys(answer.document().all("Contents").toList()));
                    String next = answer.document().textOf("NextContinuationToken");
                    if (next.isEmpty() || number == bucket.section().listPages()) {
                        checkFollowing(execution, index, number, before);
                        return CompletableFuture.completedFuture(null);
                    }
                    return page(execution, index, next, number + 1, before);
                });
    }

    private static List<String> keys(List<XmlTree> elements) {
        return elements.stream().map(each -> each.textOf("Key")).toList();
    }

    /// Others may have keys there too, of which nothing is known.
    private void checkFollowing(Execution execution, long index, int pages, List<String> keys) {
        long most = (long) pages * bucket.section().listKeys();
        long known = Math.min(most, bucket.section().objects() - 1 - index);
        List<String> prepared = keys.stream().filter(bucket::isPrepared).toList();
        int others = keys.size() - prepared.size();
        boolean good = keys.size() <= most && prepared.size() >= known - others;
        for (int i = 0; good && i < prepared.size(); i++) {
            good = prepared.get(i).equals(bucket.prepared(index + 1 + i).key());
        }
        execution.check(AS_PREPARED, good);
    }

    private CompletableFuture<?> listVersions(Execution execution) {
        S3Request request = listing().query("versions", "").query("max-keys", pageKeys);
        return bucket.send(request, execution)
                .thenAccept(answer -> checkOrder(
                        execution, keys(answer.document().all("Version").toList())));
    }

    private CompletableFuture<?> listUploads(Execution execution) {
        S3Request request = bucket.request("GET", "")
                .query("uploads", "")
                .query("prefix", bucket.section().prefix())
                .query("max-uploads", pageKeys);
        return bucket.send(request, execution)
                .thenAccept(answer -> checkOrder(
                        execution, keys(answer.document().all("Upload").toList())));
    }

    private void checkOrder(Execution execution, List<String> keys) {
        boolean good = keys.size() <= bucket.section().listKeys();
        String previous = "";
        for (String key : keys) {
            good &= key.startsWith(bucket.section().prefix()) && key.compareTo(previous) >= 0;
            previous = key;
        }
        execution.check("keys are in order and of the prefix", good);
    }
}

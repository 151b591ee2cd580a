package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.pack.S3Bucket.Stored;
import io.flywheel.loadtest.s3.S3Answer;
import io.flywheel.loadtest.s3.S3Failure;
import io.flywheel.loadtest.s3.S3Request;
import io.flywheel.loadtest.s3.Traffic;
import io.flywheel.loadtest.s3.XmlTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The transactions of `s3` in one process, with the bucket and the objects that they need. What the run wrote is
/// deleted at the end and nothing else, and the bucket where the run has made it for itself.
final class S3Workload implements Workload {
    private static final int AT_ONCE = 64;
    private static final int LISTED = 1000;

    private final S3Bucket bucket;
    private final Run run;
    private final Duration timeout;
    private final List<String> names;
    private final AtomicLong cleaned = new AtomicLong();
    private final AtomicLong uncleaned = new AtomicLong();

    /// @param names of its transactions, in their order
    S3Workload(S3Section section, Run run, Duration timeout, List<String> names) {
        this.names = names;
        this.bucket = new S3Bucket(section, run);
        this.run = run;
        this.timeout = timeout;
    }

    @Override
    public void setUp(boolean oncePerRun) {
        if (!oncePerRun) {
            return;
        }
        if (!bucket.section().prepare()) {
            // An earlier run made everything; it may be that this one may not write.
            return;
        }
        makeBucket();
        if (bucket.section().versioning()) {
            String document = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
            var _ = now(bucket.documented(bucket.request("PUT", "").query("versioning", ""), document));
        }
        prepare();
    }

    private void makeBucket() {
        try {
            var _ = now(bucket.creating(bucket.name()));
        } catch (S3Failure failure) {
            if (!failure.code().equals("BucketAlreadyOwnedByYou")) {
                throw failure;
            }
        }
    }

    private S3Answer now(S3Request request) {
        return join(bucket.client().send(request, Traffic.IGNORED));
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void prepare() {
        long objects = bucket.section().objects();
        run.log("writing " + objects + " objects to " + bucket.name());
        var room = new Semaphore(AT_ONCE);
        var failed = new AtomicReference<@Nullable Throwable>();
        for (long i = 0; i < objects && failed.get() == null; i++) {
            room.acquireUninterruptibly();
            var _ = bucket.client()
                    .send(bucket.putting(bucket.prepared(i)), Traffic.IGNORED)
                    .whenComplete((_, failure) -> {
                        if (failure != null) {
                            failed.compareAndSet(null, failure);
                        }
                        room.release();
                    });
        }
        room.acquireUninterruptibly(AT_ONCE);
        Throwable failure = failed.get();
        if (failure != null) {
            throw new IllegalStateException("an object cannot be written: " + failure.getMessage(), failure);
        }
    }

    @Override
    public void open() {}

    @Override
    public List<Subject> subjects() {
        Map<String, AsyncBody> bodies = bodies(bucket);
        return names.stream()
                .map(name -> new Subject(name, Objects.requireNonNull(bodies.get(name)), timeout))
                .toList();
    }

    private static Map<String, AsyncBody> bodies(S3Bucket bucket) {
        var bodies = new LinkedHashMap<String, AsyncBody>(new S3Transactions(bucket).all());
        bodies.putAll(new S3Listings(bucket).all());
        bodies.putAll(new S3Uploads(bucket).all());
        return bodies;
    }

    /// What deletes takes what this made.
    @Override
    public List<String> sources() {
        return bucket.section().prepare() ? List.of("put") : List.of();
    }

    @Override
    public void cleanUp() {
        while (!bucket.section().keep()) {
            var objects = new ArrayList<Stored>();
            for (var next = bucket.take(); next.isPresent(); next = bucket.take()) {
                objects.add(next.get());
                if (objects.size() == LISTED) {
                    break;
                }
            }
            if (objects.isEmpty()) {
                return;
            }
            try {
                var _ = now(bucket.deleting(objects));
                cleaned.addAndGet(objects.size());
            } catch (RuntimeException failure) {
                // The service may have gone; the teardown says so.
                uncleaned.addAndGet(objects.size());
                return;
            }
        }
    }

    @Override
    public List<String> tearDown(boolean oncePerRun) {
        try {
            if (!oncePerRun) {
                for (String other : bucket.others()) {
                    var _ = now(bucket.client().request("DELETE", other, ""));
                }
            } else if (!bucket.section().keep()) {
                deleteWritten();
            }
            return List.of();
        } catch (RuntimeException failure) {
            return List.of("bucket " + bucket.name() + " is not clean: " + failure.getMessage());
        }
    }

    private void deleteWritten() {
        abortUploads();
        deleteObjects(bucket.ownPrefix(), _ -> true);
        if (bucket.section().prepare()) {
            deleteObjects(bucket.preparedPrefix(), bucket::isPrepared);
        }
        if (bucket.section().bucket().isEmpty()) {
            var _ = now(bucket.request("DELETE", ""));
        }
    }

    /// Only this run's: others may work under the same prefix.
    private void abortUploads() {
        while (true) {
            var uploads = now(bucket.request("GET", "").query("uploads", "").query("prefix", bucket.ownPrefix()))
                    .document()
                    .all("Upload")
                    .toList();
            for (var upload : uploads) {
                var _ = now(
                        bucket.request("DELETE", upload.textOf("Key")).query("uploadId", upload.textOf("UploadId")));
            }
            if (uploads.isEmpty()) {
                return;
            }
        }
    }

    /// Deletes all versions of the objects of a prefix, page by page.
    ///
    /// @param mine says which keys; the bucket may hold what others wrote
    private void deleteObjects(String prefix, Predicate<String> mine) {
        String keyMarker = "";
        String versionMarker = "";
        boolean isTruncated;
        do {
            S3Request request = bucket.request("GET", "")
                    .query("versions", "")
                    .query("prefix", prefix)
                    .query("max-keys", Integer.toString(LISTED));
            if (!keyMarker.isEmpty()) {
                request.query("key-marker", keyMarker).query("version-id-marker", versionMarker);
            }
            var page = now(request).document();
            deleteListed(page, mine);
            keyMarker = page.textOf("NextKeyMarker");
            versionMarker = page.textOf("NextVersionIdMarker");
            isTruncated = page.textOf("IsTruncated").equals("true");
        } while (isTruncated && !keyMarker.isEmpty());
    }

    private void deleteListed(XmlTree page, Predicate<String> mine) {
        var objects = new ArrayList<Stored>();
        for (String element : List.of("Version", "DeleteMarker")) {
            page.all(element)
                    .filter(each -> mine.test(each.textOf("Key")))
                    .map(each -> new Stored(each.textOf("Key"), 0, 0, each.textOf("VersionId")))
                    .forEach(objects::add);
        }
        if (objects.isEmpty()) {
            return;
        }
        var errors = now(bucket.deleting(objects)).document().all("Error").toList();
        if (!errors.isEmpty()) {
            throw new IllegalStateException(errors.size() + " objects cannot be deleted, first: "
                    + errors.getFirst().textOf("Message"));
        }
        cleaned.addAndGet(objects.size());
    }

    @Override
    public Cleaned cleaned() {
        return new Cleaned(cleaned.get(), uncleaned.get());
    }

    @Override
    public void close() {
        bucket.close();
    }
}

package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.pack.S3Bucket.Stored;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.s3.S3Answer;
import io.flywheel.loadtest.s3.S3Failure;
import io.flywheel.loadtest.s3.S3Request;
import io.flywheel.loadtest.s3.Traffic;
import io.flywheel.loadtest.s3.XmlTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The transactions of `s3` in one process, with the bucket and the objects that they need. What the run wrote is
/// deleted at the end and nothing else, and the bucket where the run has made it for itself.
final class S3Workload implements Workload {
    private static final int AT_ONCE = 64;
    private static final int LISTED = 1000;
    private static final int SETTLING_SECONDS = 5;

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
    public void setUp(boolean oncePerRun) throws InterruptedException {
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
            var _ = await(send(bucket.documented(bucket.request("PUT", "").query("versioning", ""), document)));
        }
        prepare();
    }

    /// Makes it where it is not there: who may only use a bucket need not be allowed to make one.
    private void makeBucket() throws InterruptedException {
        try {
            if (bucket.section().bucket().isPresent()) {
                var _ = await(send(bucket.request("HEAD", "")));
                return;
            }
        } catch (S3Failure failure) {
            if (failure.status() == 403) {
                // One that may write need not be allowed to look; the first object will tell.
                return;
            }
            if (failure.status() != 404) {
                throw failure;
            }
        }
        try {
            var _ = await(send(bucket.creating(bucket.name())));
        } catch (S3Failure failure) {
            if (!failure.code().equals("BucketAlreadyOwnedByYou")) {
                throw failure;
            }
        }
    }

    private CompletableFuture<S3Answer> send(S3Request request) {
        return bucket.client().send(request, Traffic.IGNORED);
    }

    /// Waits whatever happens.
    private S3Answer now(S3Request request) {
        try {
            return send(request).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static <T> T await(CompletableFuture<T> call) throws InterruptedException {
        try {
            return call.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        } catch (InterruptedException e) {
            call.cancel(true);
            throw e;
        }
    }

    private void prepare() throws InterruptedException {
        long objects = bucket.section().objects();
        run.log("writing " + Quantities.count(objects) + " objects to " + bucket.name());
        var progress = new Progress(run, "written", objects);
        var room = new Semaphore(AT_ONCE);
        Map<Long, CompletableFuture<?>> writing = new ConcurrentHashMap<>();
        var failed = new AtomicReference<@Nullable Throwable>();
        try {
            for (long i = 0; i < objects && failed.get() == null; i++) {
                room.acquire();
                progress.reached(i);
                var call = send(bucket.putting(bucket.prepared(i)));
                long index = i;
                writing.put(index, call);
                var _ = call.whenComplete((_, failure) -> {
                    writing.remove(index);
                    if (failure != null) {
                        failed.compareAndSet(null, failure);
                    }
                    room.release();
                });
            }
            room.acquire(AT_ONCE);
        } catch (InterruptedException e) {
            // What the service has already got it may still write, after it was deleted here.
            if (!room.tryAcquire(AT_ONCE, SETTLING_SECONDS, TimeUnit.SECONDS)) {
                writing.values().forEach(call -> call.cancel(true));
            }
            throw e;
        }
        Throwable failure = failed.get();
        if (failure != null) {
            throw new IllegalStateException("an object cannot be written: " + failure.getMessage(), failure);
        }
    }

    @Override
    public String remains() {
        var section = bucket.section();
        return section.bucket().isEmpty()
                ? "the bucket " + bucket.name()
                : "in the bucket " + bucket.name() + ": " + bucket.ownPrefix()
                        + (section.prepare() ? " and " + bucket.preparedPrefix() : "");
    }

    @Override
    public List<Subject> subjects() {
        Map<String, AsyncBody.Action> actions = actions(bucket);
        return names.stream()
                .map(name -> new Subject(
                        name,
                        new AsyncBody(bucket.client().loops(), Objects.requireNonNull(actions.get(name))),
                        timeout))
                .toList();
    }

    private static Map<String, AsyncBody.Action> actions(S3Bucket bucket) {
        var actions = new LinkedHashMap<String, AsyncBody.Action>(new S3Transactions(bucket).all());
        actions.putAll(new S3Listings(bucket).all());
        actions.putAll(new S3Uploads(bucket).all());
        actions.putAll(new S3Buckets(bucket).all());
        return actions;
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
                    unlessGone(() -> now(bucket.client().request("DELETE", other, "")));
                }
            } else if (!bucket.section().keep()) {
                unlessGone(this::deleteWritten);
            }
            return List.of();
        } catch (RuntimeException failure) {
            return List.of(notClean(failure));
        }
    }

    /// A bucket that is not there is clean: it was not made yet, or its deletion was not heard of any more.
    private static void unlessGone(Runnable cleaning) {
        try {
            cleaning.run();
        } catch (S3Failure failure) {
            if (!failure.code().equals("NoSuchBucket")) {
                throw failure;
            }
        }
    }

    private void deleteWritten() {
        Optional<RuntimeException> left = Optional.empty();
        try {
            abortUploads();
        } catch (RuntimeException e) {
            // The objects go all the same.
            left = Optional.of(e);
        }
        deleteObjects(bucket.ownPrefix(), _ -> true);
        if (bucket.section().prepare()) {
            deleteObjects(bucket.preparedPrefix(), bucket::isPrepared);
        }
        if (bucket.section().bucket().isEmpty()) {
            var _ = now(bucket.request("DELETE", ""));
        }
        if (left.isPresent()) {
            throw left.get();
        }
    }

    /// Only this run's: others may work under the same prefix.
    ///
    /// @throws IllegalStateException when the service goes on listing what it has aborted
    private void abortUploads() {
        var aborted = new HashSet<String>();
        while (true) {
            var uploads = now(bucket.request("GET", "").query("uploads", "").query("prefix", bucket.ownPrefix()))
                    .document()
                    .all("Upload")
                    .toList();
            if (uploads.isEmpty()) {
                return;
            }
            int before = aborted.size();
            for (var upload : uploads) {
                String key = upload.textOf("Key");
                String id = upload.textOf("UploadId");
                if (aborted.add(id + " " + key)) {
                    var _ = now(bucket.request("DELETE", key).query("uploadId", id));
                }
            }
            if (aborted.size() == before) {
                throw new IllegalStateException(uploads.size() + " uploads are still listed after they were aborted");
            }
        }
    }

    /// As a teardown, in place of the process that wrote it: its executions' own buckets have to be looked for.
    List<String> removeLeftovers() {
        if (bucket.section().keep()) {
            return List.of();
        }
        try {
            unlessGone(this::deleteWritten);
            if (bucket.section().bucket().isEmpty()) {
                deleteBuckets(bucket.name() + "-");
            }
            return List.of();
        } catch (RuntimeException failure) {
            return List.of(notClean(failure));
        }
    }

    private String notClean(RuntimeException failure) {
        return "bucket " + bucket.name() + " is not clean: " + failure.getMessage();
    }

    private void deleteBuckets(String prefix) {
        var names = now(bucket.client().request("GET", "", ""))
                .document()
                .all("Buckets")
                .flatMap(all -> all.all("Bucket"))
                .map(each -> each.textOf("Name"))
                .filter(name -> name.startsWith(prefix))
                .toList();
        for (String name : names) {
            var _ = now(bucket.client().request("DELETE", name, ""));
        }
    }

    /// Deletes all versions of the objects of a prefix, page by page.
    ///
    /// @param mine says which keys; the bucket may hold what others wrote
    private void deleteObjects(String prefix, Predicate<String> mine) {
        var progress = new Progress(run, "deleted", 0);
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
            deleteListed(page, mine, progress);
            keyMarker = page.textOf("NextKeyMarker");
            versionMarker = page.textOf("NextVersionIdMarker");
            isTruncated = page.textOf("IsTruncated").equals("true");
        } while (isTruncated && !keyMarker.isEmpty());
    }

    private void deleteListed(XmlTree page, Predicate<String> mine, Progress progress) {
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
        progress.reached(cleaned.addAndGet(objects.size()));
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

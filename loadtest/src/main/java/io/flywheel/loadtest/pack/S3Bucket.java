package io.flywheel.loadtest.pack;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.http.Endpoint;
import io.flywheel.loadtest.http.Payload;
import io.flywheel.loadtest.s3.Content;
import io.flywheel.loadtest.s3.ContentPayload;
import io.flywheel.loadtest.s3.Credentials;
import io.flywheel.loadtest.s3.PayloadForm;
import io.flywheel.loadtest.s3.S3Answer;
import io.flywheel.loadtest.s3.S3Client;
import io.flywheel.loadtest.s3.S3Request;
import io.flywheel.loadtest.s3.S3Target;
import io.flywheel.loadtest.s3.Signer;
import io.flywheel.loadtest.s3.Traffic;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/// The bucket that a run works in: what it holds, and the requests that transactions are made of.
final class S3Bucket implements AutoCloseable {
    /// More that executions made is not offered to those that delete; the end finds it by its prefix.
    static final int MADE_MAX = 10_000;

    private static final String ZEROS = "0".repeat(12);

    /// An object that the run wrote.
    ///
    /// @param identity of its content
    /// @param version empty where there are no versions
    record Stored(String key, long identity, long bytes, String version) {}

    private final S3Section section;
    private final Run run;
    private final String name;
    private final S3Client client;
    private final ConcurrentLinkedDeque<Stored> made = new ConcurrentLinkedDeque<>();
    private final AtomicInteger madeCount = new AtomicInteger();
    private final Set<String> others = ConcurrentHashMap.newKeySet();

    S3Bucket(S3Section section, Run run) {
        this.section = section;
        this.run = run;
        this.name = section.bucket().orElse("loadtest-" + run.id().toLowerCase(java.util.Locale.ROOT));
        Optional<Signer> signer = section.anonymous() ? Optional.empty() : Optional.of(signer(section));
        var target =
                new S3Target(Endpoint.parse(run.target()), section.style() == S3Section.Style.VIRTUAL_HOST, signer);
        this.client = new S3Client(target, new Content(run.seed()), section.client());
    }

    private static Signer signer(S3Section section) {
        Path home = Path.of(System.getProperty("user.home", "."));
        Credentials credentials =
                section.credentials().orElseGet(() -> Credentials.find(System.getenv(), home, section.profile()));
        return new Signer(credentials, section.region(), new SystemClock());
    }

    S3Section section() {
        return section;
    }

    String name() {
        return name;
    }

    S3Client client() {
        return client;
    }

    /// Keys under it are in the order of their indices.
    String preparedPrefix() {
        return section.prefix() + "prepared/";
    }

    /// A prepared object.
    Stored prepared(long index) {
        String digits = Long.toString(index);
        return named(preparedPrefix() + ZEROS.substring(digits.length()) + digits);
    }

    /// Whether a key is that of an object which this run prepared.
    boolean isPrepared(String key) {
        String number = key.startsWith(preparedPrefix())
                ? key.substring(preparedPrefix().length())
                : "";
        return number.matches("[0-9]{12}") && Long.parseLong(number) < section.objects();
    }

    /// The prepared object for an execution.
    Stored chosen(Execution execution) {
        return prepared(chosenIndex(execution));
    }

    long chosenIndex(Execution execution) {
        return section.keys().index(execution.random(), execution.occurrence(), section.objects());
    }

    /// An object of an execution's own.
    Stored fresh(Execution execution, String kind) {
        return named(ownPrefix() + kind + "/" + execution.number());
    }

    /// What this run alone writes under.
    String ownPrefix() {
        return section.prefix() + run.id() + "/";
    }

    private Stored named(String key) {
        long identity = client.content().identity(key);
        return new Stored(key, identity, section.size().bytesOf(identity), "");
    }

    S3Request request(String method, String key) {
        return client.request(method, name, key);
    }

    S3Request request(String method, Stored object) {
        S3Request request = request(method, object.key());
        return object.version().isEmpty() ? request : request.query("versionId", object.version());
    }

    /// A request that makes a bucket.
    S3Request creating(String bucket) {
        S3Request request = client.request("PUT", bucket, "");
        return section.region().equals("us-east-1")
                ? request
                : documented(
                        request,
                        "<CreateBucketConfiguration><LocationConstraint>" + section.region()
                                + "</LocationConstraint></CreateBucketConfiguration>");
    }

    /// A request that writes an object's content, or a part of it.
    S3Request writing(S3Request request, long identity, long from, long bytes) {
        return request.body(
                        new ContentPayload(client.content(), identity, from, bytes),
                        section.payload(),
                        section.checksum())
                .expectingContinue(bytes > 0 && bytes >= section.continueFromBytes());
    }

    S3Request putting(Stored object) {
        return writing(request("PUT", object.key()), object.identity(), 0, object.bytes());
    }

    /// A request with a document; its hash is signed where anything is.
    S3Request documented(S3Request request, String document) {
        byte[] bytes = document.getBytes(UTF_8);
        PayloadForm form = section.anonymous() ? PayloadForm.UNSIGNED : PayloadForm.SIGNED;
        return request.field("content-md5", md5(bytes)).body(Payload.of(bytes), form, ChecksumAlgorithm.CRC32C);
    }

    private static String md5(byte[] bytes) {
        var hasher = io.flywheel.base.Checksums.md5();
        hasher.update(bytes, 0, bytes.length);
        return java.util.Base64.getEncoder().encodeToString(hasher.value().toArray());
    }

    CompletableFuture<S3Answer> send(S3Request request, Execution execution) {
        return AsyncBody.exchange(execution, () -> client.send(request, Traffic.of(execution)));
    }

    /// Sends a request that must get a certain status.
    CompletableFuture<S3Answer> sendExpecting(int status, S3Request request, Execution execution) {
        return AsyncBody.exchange(execution, () -> client.sendExpecting(status, request, Traffic.of(execution)));
    }

    /// Reads a whole object and compares it.
    CompletableFuture<Long> read(S3Request request, Stored object, Execution execution) {
        return read(request, new S3Client.Expected(object.identity(), 0, object.bytes(), false), execution);
    }

    /// Reads content and compares it.
    CompletableFuture<Long> read(S3Request request, S3Client.Expected expected, Execution execution) {
        return AsyncBody.exchange(execution, () -> client.read(request, expected, Traffic.of(execution)));
    }

    /// Buckets beside this one that are to be deleted at the end.
    Set<String> others() {
        return others;
    }

    /// Keeps an object for transactions that delete.
    void keep(Stored object) {
        made.addLast(object);
        if (madeCount.incrementAndGet() > MADE_MAX) {
            var _ = take();
        }
    }

    /// An object that nobody else gets any more.
    Optional<Stored> take() {
        Optional<Stored> taken = Optional.ofNullable(made.pollFirst());
        taken.ifPresent(_ -> madeCount.decrementAndGet());
        return taken;
    }

    /// Deletes objects by one request.
    S3Request deleting(List<Stored> objects) {
        var document = new StringBuilder("<Delete><Quiet>true</Quiet>");
        for (Stored object : objects) {
            document.append("<Object><Key>").append(escaped(object.key())).append("</Key>");
            if (!object.version().isEmpty()) {
                document.append("<VersionId>").append(object.version()).append("</VersionId>");
            }
            document.append("</Object>");
        }
        return documented(
                request("POST", "").query("delete", ""),
                document.append("</Delete>").toString());
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public void close() {
        client.close();
    }
}

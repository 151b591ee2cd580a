package io.flywheel.conformance.history;

import io.flywheel.conformance.Content;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// S3 in plain collections, as AWS documents it. Names that the server chooses (version ids, upload ids) are taken from
/// the server's answer, which [#observe] shows before each operation.
final class ModelStore implements Store {

    static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private static final int PART_BYTES_MIN = 5 << 20;
    private static final Pattern VERSION = Pattern.compile("version=(\\S+)");
    private static final Pattern UPLOAD = Pattern.compile("upload=(\\S+)");

    private enum Versioning {
        OFF,
        ENABLED,
        SUSPENDED
    }

    /// One version, or a delete marker when there are no bytes.
    record Version(
            String id, Optional<byte[]> bytes, String eTag, Map<String, String> metadata, Map<String, String> tags) {

        boolean isMarker() {
            return bytes.isEmpty();
        }

        byte[] content() {
            return bytes.orElseThrow();
        }
    }

    /// An upload in progress.
    record Upload(String key, String id, TreeMap<Integer, byte[]> parts) {}

    static final class Bucket {
        private Versioning versioning = Versioning.OFF;
        final TreeMap<String, List<Version>> keys = new TreeMap<>(BY_BYTES);
        final TreeMap<String, Upload> uploads = new TreeMap<>();
    }

    /// The buckets, for who generates histories.
    final TreeMap<String, Bucket> buckets = new TreeMap<>();

    private String observed = "";
    private int observedVersions;

    /// The server's answer to the operation that comes next.
    void observe(String answer) {
        observed = answer;
        observedVersions = 0;
    }

    private String observedVersion() {
        Matcher matcher = VERSION.matcher(observed);
        for (int i = 0; i <= observedVersions; i++) {
            if (!matcher.find()) {
                return "(the server named no version)";
            }
        }
        observedVersions++;
        return matcher.group(1);
    }

    private String in(String name, Function<Bucket, String> operation) {
        Bucket bucket = buckets.get(name);
        return bucket == null ? "404 NoSuchBucket" : operation.apply(bucket);
    }

    private static Optional<Version> latest(Bucket bucket, String key) {
        List<Version> versions = bucket.keys.get(key);
        return versions == null ? Optional.empty() : Optional.of(versions.getFirst());
    }

    private static Optional<Version> current(Bucket bucket, String key) {
        return latest(bucket, key).filter(version -> !version.isMarker());
    }

    private static Optional<Version> find(Bucket bucket, String key, String id) {
        return bucket.keys.getOrDefault(key, List.of()).stream()
                .filter(version -> version.id().equals(id))
                .findFirst();
    }

    private String add(
            Bucket bucket,
            String key,
            Optional<byte[]> bytes,
            String eTag,
            Map<String, String> metadata,
            Map<String, String> tags) {
        String seen = observedVersion();
        String id = bucket.versioning == Versioning.ENABLED ? seen : "null";
        List<Version> versions = bucket.keys.computeIfAbsent(key, k -> new ArrayList<>());
        if (id.equals("null")) {
            versions.removeIf(version -> version.id().equals("null"));
        } else if (find(bucket, key, id).isPresent() || seen.equals("null")) {
            return "version=(a new one)";
        }
        versions.addFirst(new Version(id, bytes, eTag, metadata, new TreeMap<>(tags)));
        return "version=" + id;
    }

    @Override
    public String createBucket(String bucket) {
        buckets.computeIfAbsent(bucket, b -> new Bucket());
        return "200";
    }

    @Override
    public String deleteBucket(String name) {
        return in(name, bucket -> {
            if (!bucket.keys.isEmpty()) {
                return "409 BucketNotEmpty";
            }
            buckets.remove(name);
            return "204";
        });
    }

    @Override
    public String listBuckets() {
        return buckets.keySet().toString();
    }

    @Override
    public String versioning(String name, boolean enabled) {
        return in(name, bucket -> {
            bucket.versioning = enabled ? Versioning.ENABLED : Versioning.SUSPENDED;
            return "200";
        });
    }

    private static Optional<String> refusal(Optional<Version> current, Condition condition) {
        if (condition.match().isPresent()) {
            if (current.isEmpty()) {
                return Optional.of("404 NoSuchKey");
            }
            if (!condition.match().get().equals(current.get().eTag())) {
                return Optional.of("412 PreconditionFailed");
            }
        }
        return condition.noneMatch().isPresent() && current.isPresent()
                ? Optional.of("412 PreconditionFailed")
                : Optional.empty();
    }

    @Override
    public String put(String name, String key, Content content, Map<String, String> tags, Condition condition) {
        return in(
                name,
                bucket -> refusal(current(bucket, key), condition).orElseGet(() -> {
                    byte[] bytes = content.bytes();
                    String eTag = Content.md5(bytes);
                    String version = add(
                            bucket, key, Optional.of(bytes), eTag, Map.of("seed", Long.toString(content.seed())), tags);
                    return "200 " + eTag + " " + version;
                }));
    }

    /// Finds what a reader means, or says why there is nothing.
    private static String readable(
            Bucket bucket, String key, Optional<String> id, Function<Version, String> operation) {
        if (id.isEmpty()) {
            return current(bucket, key).map(operation).orElse("404 NoSuchKey");
        }
        Optional<Version> version = find(bucket, key, id.get());
        if (version.isEmpty()) {
            return "404 NoSuchVersion";
        }
        return version.get().isMarker() ? "405 MethodNotAllowed" : operation.apply(version.get());
    }

    @Override
    public String read(String name, String key, Optional<String> id, List<Integer> range, Condition condition) {
        return in(
                name,
                bucket -> readable(bucket, key, id, version -> {
                    if (condition
                            .match()
                            .filter(tag -> !tag.equals(version.eTag()))
                            .isPresent()) {
                        return "412 PreconditionFailed";
                    }
                    if (condition
                            .noneMatch()
                            .filter(tag -> tag.equals(version.eTag()))
                            .isPresent()) {
                        return "304";
                    }
                    byte[] bytes = version.content();
                    if (!range.isEmpty()) {
                        if (range.get(0) >= bytes.length) {
                            return "416 InvalidRange";
                        }
                        bytes = Arrays.copyOfRange(bytes, range.get(0), Math.min(bytes.length, range.get(1) + 1));
                    }
                    return "200 %s %s version=%s %s tags=%d"
                            .formatted(
                                    Content.md5(bytes),
                                    version.eTag(),
                                    version.id(),
                                    version.metadata(),
                                    version.tags().size());
                }));
    }

    @Override
    public String head(String name, String key, Optional<String> id) {
        return in(
                        name,
                        bucket -> readable(
                                bucket,
                                key,
                                id,
                                version -> "200 %d %s version=%s %s"
                                        .formatted(
                                                version.content().length,
                                                version.eTag(),
                                                version.id(),
                                                version.metadata())))
                .replaceAll("^(40[45]).*", "$1");
    }

    @Override
    public String delete(String name, String key, Optional<String> id) {
        return in(name, bucket -> {
            if (id.isEmpty()) {
                return "204 " + hide(bucket, key);
            }
            Optional<Version> version = find(bucket, key, id.get());
            version.ifPresent(found -> {
                List<Version> versions = Objects.requireNonNull(bucket.keys.get(key));
                versions.remove(found);
                if (versions.isEmpty()) {
                    bucket.keys.remove(key);
                }
            });
            boolean marker = version.filter(Version::isMarker).isPresent();
            return "204 marker=" + marker + " version=" + id.get();
        });
    }

    private String hide(Bucket bucket, String key) {
        if (bucket.versioning == Versioning.OFF) {
            bucket.keys.remove(key);
            return "marker=false version=null";
        }
        return "marker=true " + add(bucket, key, Optional.empty(), "", Map.of(), Map.of());
    }

    @Override
    public String deleteMany(String name, List<String> keys) {
        return in(name, bucket -> {
            StringBuilder answer = new StringBuilder("200 errors=0");
            for (String key : keys) {
                answer.append(" ").append(key).append(" ").append(hide(bucket, key));
            }
            return answer.toString();
        });
    }

    @Override
    public String copy(String name, String key, Optional<String> id, String toName, String toKey) {
        return in(
                toName,
                to -> in(name, from -> {
                    String copied = readable(from, key, id, version -> {
                        String eTag = Content.md5(version.content());
                        String made = add(to, toKey, version.bytes(), eTag, version.metadata(), version.tags());
                        return "200 " + eTag + " " + made;
                    });
                    // A copy may not name a delete marker as its source.
                    return copied.startsWith("405") ? "400 InvalidRequest" : copied;
                }));
    }

    @Override
    public String tags(String name, String key) {
        return in(name, bucket -> readable(bucket, key, Optional.empty(), version -> "200 " + version.tags()));
    }

    @Override
    public String putTags(String name, String key, Map<String, String> tags) {
        return in(
                name,
                bucket -> readable(bucket, key, Optional.empty(), version -> {
                    version.tags().clear();
                    version.tags().putAll(tags);
                    return "200";
                }));
    }

    @Override
    public String list(String name, Query query) {
        return in(name, bucket -> {
            List<Entry> entries = new ArrayList<>();
            bucket.keys.forEach((key, versions) -> {
                Version version = versions.getFirst();
                if (!version.isMarker() && BY_BYTES.compare(key, query.startAfter()) > 0) {
                    entries.add(new Entry(key, 0, key + ":" + version.content().length + ":" + version.eTag()));
                }
            });
            return pages(query, entries, 1);
        });
    }

    @Override
    public String listVersions(String name, Query query) {
        return in(name, bucket -> {
            List<Entry> entries = new ArrayList<>();
            bucket.keys.forEach((key, versions) -> versions.forEach(version -> {
                String line = key + ":" + version.id() + ":"
                        + version.id().equals(versions.getFirst().id());
                entries.add(
                        version.isMarker()
                                ? new Entry(key, 1, line)
                                : new Entry(key, 0, line + ":" + version.content().length));
            }));
            return pages(query, entries, 2);
        });
    }

    /// A line of a listing; `column` tells versions from markers.
    private record Entry(String key, int column, String line) {}

    private static String pages(Query query, List<Entry> all, int columns) {
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : all) {
            if (!entry.key().startsWith(query.prefix())) {
                continue;
            }
            int end = query.delimiter().isEmpty()
                    ? -1
                    : entry.key().indexOf(query.delimiter(), query.prefix().length());
            if (end < 0) {
                entries.add(entry);
                continue;
            }
            String common = entry.key().substring(0, end + query.delimiter().length());
            Entry folded = new Entry(common, columns, common);
            // A prefix that the start lies in was listed before it.
            boolean passed = !query.startAfter().isEmpty() && BY_BYTES.compare(common, query.startAfter()) <= 0;
            if (!passed && (entries.isEmpty() || !entries.getLast().equals(folded))) {
                entries.add(folded);
            }
        }
        List<String> pages = new ArrayList<>();
        int from = 0;
        do {
            List<Entry> page = entries.subList(from, Math.min(entries.size(), from + query.maxKeys()));
            List<String> lists = new ArrayList<>();
            for (int column = 0; column <= columns; column++) {
                int wanted = column;
                lists.add(page.stream()
                        .filter(entry -> entry.column() == wanted)
                        .map(Entry::line)
                        .toList()
                        .toString());
            }
            pages.add(String.join(" ", lists));
            from += query.maxKeys();
        } while (from < entries.size());
        return String.join(" | ", pages);
    }

    @Override
    public String createUpload(String name, String key) {
        return in(name, bucket -> {
            Matcher matcher = UPLOAD.matcher(observed);
            String id = matcher.find() ? matcher.group(1) : "(a new one)";
            if (bucket.uploads.putIfAbsent(id, new Upload(key, id, new TreeMap<>())) != null) {
                return "200 upload=(a new one)";
            }
            return "200 upload=" + id;
        });
    }

    private String on(String name, String key, String id, Function<Upload, String> operation) {
        return in(name, bucket -> {
            Upload upload = bucket.uploads.get(id);
            return upload == null || !upload.key().equals(key) ? "404 NoSuchUpload" : operation.apply(upload);
        });
    }

    @Override
    public String putPart(String name, String key, String id, int number, Content content) {
        return on(name, key, id, upload -> {
            upload.parts().put(number, content.bytes());
            return "200 " + content.md5();
        });
    }

    @Override
    public String complete(String name, String key, String id, List<Named> parts) {
        return on(name, key, id, upload -> {
            for (Named part : parts) {
                byte[] bytes = upload.parts().get(part.number());
                if (bytes == null || !Content.md5(bytes).equals(part.eTag())) {
                    return "400 InvalidPart";
                }
            }
            int length = 0;
            for (Named part : parts) {
                byte[] bytes = Objects.requireNonNull(upload.parts().get(part.number()));
                if (!part.equals(parts.getLast()) && bytes.length < PART_BYTES_MIN) {
                    return "400 EntityTooSmall";
                }
                length += bytes.length;
            }
            byte[] whole = new byte[length];
            StringBuilder digests = new StringBuilder();
            int at = 0;
            for (Named part : parts) {
                byte[] bytes = Objects.requireNonNull(upload.parts().get(part.number()));
                System.arraycopy(bytes, 0, whole, at, bytes.length);
                digests.append(part.eTag());
                at += bytes.length;
            }
            String eTag = Content.md5(HexFormat.of().parseHex(digests)) + "-" + parts.size();
            Bucket bucket = Objects.requireNonNull(buckets.get(name));
            bucket.uploads.remove(id);
            return "200 " + eTag + " " + add(bucket, key, Optional.of(whole), eTag, Map.of(), Map.of());
        });
    }

    @Override
    public String abort(String name, String key, String id) {
        return on(name, key, id, upload -> {
            Objects.requireNonNull(buckets.get(name)).uploads.remove(id);
            return "204";
        });
    }

    @Override
    public String listParts(String name, String key, String id) {
        return on(name, key, id, upload -> {
            List<String> parts = new ArrayList<>();
            upload.parts()
                    .forEach((number, bytes) -> parts.add(number + ":" + bytes.length + ":" + Content.md5(bytes)));
            return "200 " + parts;
        });
    }

    @Override
    public String listUploads(String name) {
        return in(
                name,
                bucket -> "200 "
                        + bucket.uploads.values().stream()
                                .map(upload -> upload.key() + ":" + upload.id())
                                .sorted()
                                .toList());
    }
}

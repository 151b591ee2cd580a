package io.flywheel.conformance.history;

import io.flywheel.conformance.Content;
import io.flywheel.conformance.history.Store.Condition;
import io.flywheel.conformance.history.Store.Named;
import io.flywheel.conformance.history.Store.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;

/// Chooses operations from a seed; looks at the model so that many of them hit something.
final class Histories {

    private static final List<String> BUCKETS = List.of("first", "second", "third");
    private static final List<String> KEYS = List.of(
            "a",
            "a/",
            "a/b",
            "a//b",
            "a/b/c",
            "a/../b",
            "b",
            "b%2Fc",
            "b c+d",
            "é/1",
            "é/2",
            "z\uD83D\uDE80",
            "z\uFF61");
    private static final List<String> PREFIXES = List.of("", "", "a", "a/", "é", "z", "none");
    private static final List<String> DELIMITERS = List.of("", "", "/", "/b");
    private static final List<String> STARTS = List.of("", "", "a", "a/", "b", "zz");

    private final SplittableRandom random;
    private final ModelStore model;

    /// An operation, with the words that a failure quotes.
    record Operation(String name, Function<Store, String> on) {}

    Histories(SplittableRandom random, ModelStore model) {
        this.random = random;
        this.model = model;
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /// The operations with which every history begins, so that most of it has somewhere to happen.
    static List<Operation> beginning() {
        return List.of(
                new Operation("create first", s -> s.createBucket("first")),
                new Operation("create second", s -> s.createBucket("second")),
                new Operation("version second", s -> s.versioning("second", true)));
    }

    Operation next() {
        String bucket = random.nextInt(12) == 0 ? "third" : any(BUCKETS.subList(0, 2));
        String key = any(KEYS);
        String where = " " + bucket + " '" + key + "' ";
        return switch (random.nextInt(40)) {
            case 0 -> onBuckets(bucket);
            case 1 -> new Operation("list buckets", Store::listBuckets);
            case 2, 3, 4, 5, 6, 7, 8, 9 -> put(bucket, key, where);
            case 10, 11, 12, 13, 14 -> read(bucket, key, where);
            case 15, 16 -> {
                Optional<String> version = version(bucket, key);
                yield new Operation("head" + where + version, s -> s.head(bucket, key, version));
            }
            case 17, 18, 19, 20 -> {
                Optional<String> version = version(bucket, key);
                yield new Operation("delete" + where + version, s -> s.delete(bucket, key, version));
            }
            case 21 -> {
                List<String> keys = List.of(key, KEYS.get((KEYS.indexOf(key) + 1) % KEYS.size()));
                yield new Operation("delete many " + bucket + keys, s -> s.deleteMany(bucket, keys));
            }
            case 22, 23 -> copy(bucket, key, where);
            case 24, 25, 26, 27 -> {
                Query query = new Query(any(PREFIXES), any(DELIMITERS), any(STARTS), any(List.of(1, 2, 3, 5, 1000)));
                yield new Operation("list " + bucket + " " + query, s -> s.list(bucket, query));
            }
            case 28, 29, 30 -> {
                Query query = new Query(any(PREFIXES), any(DELIMITERS), "", any(List.of(1, 2, 3, 5, 1000)));
                yield new Operation("list versions " + bucket + " " + query, s -> s.listVersions(bucket, query));
            }
            case 31 -> new Operation("tags" + where, s -> s.tags(bucket, key));
            case 32 -> {
                Map<String, String> tags = tags();
                yield new Operation("put tags" + where + tags, s -> s.putTags(bucket, key, tags));
            }
            case 33, 34 -> new Operation("create upload" + where, s -> s.createUpload(bucket, key));
            default -> onUpload(bucket);
        };
    }

    private Operation onBuckets(String bucket) {
        ModelStore.Bucket known = model.buckets.get(bucket);
        // Whether uploads in progress keep a bucket is nowhere documented.
        boolean clear = known == null || known.uploads.isEmpty();
        return switch (random.nextInt(4)) {
            case 0 -> new Operation("create " + bucket, s -> s.createBucket(bucket));
            case 1 -> new Operation("version " + bucket, s -> s.versioning(bucket, true));
            case 2 -> new Operation("suspend " + bucket, s -> s.versioning(bucket, false));
            default ->
                clear
                        ? new Operation("delete " + bucket, s -> s.deleteBucket(bucket))
                        : new Operation("list uploads " + bucket, s -> s.listUploads(bucket));
        };
    }

    private Content content() {
        int sizeBytes = switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1, 2 -> random.nextInt(300_000);
            case 3 -> random.nextInt(2_000_000);
            default -> random.nextInt(6_000);
        };
        return new Content(random.nextLong(), sizeBytes);
    }

    private Map<String, String> tags() {
        Map<String, String> tags = new TreeMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            tags.put("tag " + random.nextInt(5), "value/" + random.nextInt(100));
        }
        return tags;
    }

    private String someTag(String bucket, String key) {
        ModelStore.Bucket known = model.buckets.get(bucket);
        if (known == null || random.nextInt(3) == 0) {
            return "00000000000000000000000000000000";
        }
        return known.keys.getOrDefault(key, List.of()).stream()
                .filter(version -> !version.isMarker())
                .map(ModelStore.Version::eTag)
                .findFirst()
                .orElse("11111111111111111111111111111111");
    }

    private Operation put(String bucket, String key, String where) {
        Content content = content();
        Map<String, String> tags = random.nextInt(5) == 0 ? tags() : Map.of();
        Condition condition = switch (random.nextInt(8)) {
            case 0 -> new Condition(Optional.empty(), Optional.of("*"));
            case 1 -> new Condition(Optional.of(someTag(bucket, key)), Optional.empty());
            default -> Condition.NONE;
        };
        return new Operation(
                "put" + where + content + tags + condition, s -> s.put(bucket, key, content, tags, condition));
    }

    private Operation read(String bucket, String key, String where) {
        Optional<String> version = version(bucket, key);
        int from = random.nextInt(2_000);
        List<Integer> range = random.nextInt(3) == 0 ? List.of(from, from + random.nextInt(100_000)) : List.of();
        Condition condition = switch (random.nextInt(6)) {
            case 0 -> new Condition(Optional.empty(), Optional.of(someTag(bucket, key)));
            case 1 -> new Condition(Optional.of(someTag(bucket, key)), Optional.empty());
            default -> Condition.NONE;
        };
        return new Operation(
                "read" + where + version + range + condition, s -> s.read(bucket, key, version, range, condition));
    }

    private Operation copy(String bucket, String key, String where) {
        Optional<String> version = version(bucket, key);
        String toBucket = any(BUCKETS.subList(0, 2));
        String toKey = any(KEYS);
        // A copy onto itself changes nothing and is refused before its source is looked at, or after: not specified.
        String other = toKey.equals(key) ? KEYS.get((KEYS.indexOf(key) + 1) % KEYS.size()) : toKey;
        return new Operation(
                "copy" + where + version + " to " + toBucket + " '" + other + "'",
                s -> s.copy(bucket, key, version, toBucket, other));
    }

    /// None, or one that exists, or one that exists elsewhere.
    private Optional<String> version(String bucket, String key) {
        ModelStore.Bucket known = model.buckets.get(random.nextInt(6) == 0 ? "second" : bucket);
        if (known == null || random.nextInt(2) == 0) {
            return Optional.empty();
        }
        List<ModelStore.Version> versions = known.keys.getOrDefault(key, List.of());
        return versions.isEmpty()
                ? Optional.of("null")
                : Optional.of(any(versions).id());
    }

    private Operation onUpload(String bucket) {
        ModelStore.Bucket known = model.buckets.get(bucket);
        if (known == null || known.uploads.isEmpty()) {
            return new Operation("list uploads " + bucket, s -> s.listUploads(bucket));
        }
        ModelStore.Upload upload = any(new ArrayList<>(known.uploads.values()));
        String id = upload.id();
        String key = upload.key();
        String where = " " + bucket + " '" + key + "' " + id + " ";
        return switch (random.nextInt(10)) {
            case 0 -> new Operation("abort" + where, s -> s.abort(bucket, key, id));
            case 1 -> new Operation("list parts" + where, s -> s.listParts(bucket, key, id));
            case 2 -> new Operation("list uploads " + bucket, s -> s.listUploads(bucket));
            case 3, 4, 5 -> {
                List<Named> parts = new ArrayList<>();
                upload.parts().forEach((number, bytes) -> parts.add(new Named(number, Content.md5(bytes))));
                if (parts.isEmpty() || random.nextInt(8) == 0) {
                    parts.add(new Named(9_999, "00000000000000000000000000000000"));
                }
                List<Named> named = List.copyOf(parts);
                yield new Operation("complete" + where + named, s -> s.complete(bucket, key, id, named));
            }
            default -> {
                int number = 1 + random.nextInt(upload.parts().isEmpty() ? 3 : 10);
                boolean large = random.nextInt(4) == 0;
                Content content = large ? new Content(random.nextLong(), (5 << 20) + random.nextInt(9)) : content();
                yield new Operation(
                        "part " + number + where + content, s -> s.putPart(bucket, key, id, number, content));
            }
        };
    }
}

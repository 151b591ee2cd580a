package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.base.Random;
import io.flywheel.namespace.Command.CompleteUpload.ListedPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Random commands over few names, so that they meet; what earlier outcomes named (versions, leases) comes back.
final class Histories {
    private static final String[] BUCKETS = {"apple", "banana", "cherry"};
    private static final String[] KEYS = {
        "a",
        "a/",
        "a/b",
        "a/b/c",
        "a/c",
        "a//x",
        "b",
        "b/1",
        "b/2",
        "c\u00e9/\ud83d\ude00",
        "\u0001",
        "z\uffff",
        "~",
        "a-b",
        "a0"
    };
    private static final String[] PREFIXES = {"", "a", "a/", "a/b", "b/", "c\u00e9", "zz"};
    private static final String[] DELIMITERS = {"", "/", "/", "//", "b"};
    private static final String[] ETAGS = {Commands.MD5, "ffffffffffffffffffffffffffffffff", "*"};

    private final Random random;
    private final List<VersionId> versions = new ArrayList<>();
    private final List<UploadId> uploads = new ArrayList<>();

    /// Where each upload began, and the ETags of its parts.
    private final Map<UploadId, Command.CreateUpload> begun = new HashMap<>();

    private final Map<UploadId, TreeMap<Integer, String>> parts = new HashMap<>();
    private final List<Command> past = new ArrayList<>();
    private long lease;
    private long blocks;
    private long requests;

    Histories(Random random) {
        this.random = random;
    }

    /// Remembers what the outcome names.
    void happened(Command command, Outcome outcome) {
        past.add(command);
        if (command instanceof Command.CreateUpload create) {
            begun.putIfAbsent(create.upload(), create);
        }
        if (command instanceof Command.PutPart put && !(outcome instanceof Outcome.Refused)) {
            parts.computeIfAbsent(put.upload(), id -> new TreeMap<>())
                    .put(put.part().number(), put.part().etag());
        }
        switch (outcome) {
            case Outcome.ObjectPut(var version, var _) -> versions.add(version.id());
            case Outcome.ObjectDeleted(var marker, var _, var _) -> marker.ifPresent(made -> versions.add(made.id()));
            case Outcome.LeaseOpened(long opened) -> lease = opened;
            default -> {}
        }
    }

    Command next(List<Deletion> deletions) {
        int kind = random.nextInt(100);
        if (kind < 3 && !past.isEmpty()) {
            return past.get(past.size() - 1 - random.nextInt(Math.min(past.size(), 20)));
        }
        String bucket = bucket();
        Bytes key = key();
        Command.Stamp stamp = stamp();
        return switch (kind / 2) {
            case 1, 2, 3 -> new Command.CreateBucket(stamp, bucket, "us-east-1");
            case 4 -> new Command.DeleteBucket(stamp, bucket);
            case 5, 6 -> new Command.SetVersioning(stamp, bucket, pick(Versioning.values()));
            case 7 -> new Command.SetBucketTags(stamp, bucket, tags());
            case 8, 9 -> new Command.SetObjectTags(stamp, bucket, key, selector(), tags());
            case 10, 11, 12, 13, 14, 15, 16 ->
                new Command.DeleteObject(stamp, bucket, key, selector(), requests, condition());
            case 17, 18, 19 -> createUpload(stamp, bucket, key);
            case 20, 21, 22, 23, 24, 25, 26 -> putPart(stamp, bucket, key);
            case 27, 28, 29 -> complete(stamp, bucket, key);
            case 30 -> {
                UploadId upload = upload();
                Place place = place(upload, bucket, key);
                yield new Command.AbortUpload(stamp, place.bucket(), place.key(), upload);
            }
            case 31 -> new Command.OpenLease(stamp, "holder-" + random.nextInt(2));
            case 32, 33 -> reclaimed(stamp, deletions);
            case 34, 35 -> forget(stamp, deletions);
            default -> put(stamp, bucket, key);
        };
    }

    private Command put(Command.Stamp stamp, String bucket, Bytes key) {
        Content content = content();
        return new Command.PutObject(
                stamp,
                bucket,
                key,
                random.nextLong(),
                lease,
                condition(),
                random.nextInt(1000),
                random.nextInt(3) == 0 ? Commands.MD5 + "-" + (1 + random.nextInt(12)) : Commands.MD5,
                checksum(),
                attributes(),
                content);
    }

    private Content content() {
        return switch (random.nextInt(6)) {
            case 0, 1 -> new Content.Inline(Bytes.wrap(new byte[random.nextInt(20)]));
            case 2 -> new Content.Inline(Bytes.wrap(new byte[200 + random.nextInt(3000)]));
            case 3 -> Commands.blocks(block());
            case 4 -> Commands.blocks(block(), block(), block(), block(), block(), block(), block(), block(), block());
            default -> Content.EMPTY;
        };
    }

    private BlockId block() {
        return new BlockId(random.nextInt(3), Math.max(lease, 1), blocks++);
    }

    private Command createUpload(Command.Stamp stamp, String bucket, Bytes key) {
        UploadId upload = new UploadId(random.nextLong(), ++requests);
        uploads.add(upload);
        boolean none = random.nextInt(2) == 0;
        return new Command.CreateUpload(
                stamp,
                bucket,
                key,
                upload,
                attributes(),
                none ? Optional.empty() : Optional.of(pick(ChecksumAlgorithm.values())),
                pick(ObjectChecksum.Type.values()));
    }

    private Command putPart(Command.Stamp stamp, String bucket, Bytes key) {
        Part part = new Part(
                1 + random.nextInt(4),
                random.nextInt(4) == 0 ? 1000 : Assembly.PART_BYTES_MIN,
                ETAGS[random.nextInt(2)],
                random.nextInt(2) == 0
                        ? Optional.empty()
                        : Optional.of(Bytes.wrap(new byte[4 + 4 * random.nextInt(2)])),
                stamp.unixMillis(),
                content());
        UploadId upload = upload();
        Place place = place(upload, bucket, key);
        return new Command.PutPart(stamp, place.bucket(), place.key(), upload, lease, part);
    }

    private Command complete(Command.Stamp stamp, String bucket, Bytes key) {
        UploadId upload = upload();
        Place place = place(upload, bucket, key);
        List<ListedPart> listed = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            for (int number = 1; number <= 4; number++) {
                if (random.nextInt(2) == 0) {
                    listed.add(new ListedPart(number, ETAGS[random.nextInt(2)], Optional.empty()));
                }
            }
        } else {
            parts.getOrDefault(upload, new TreeMap<>())
                    .forEach((number, etag) -> listed.add(new ListedPart(number, etag, Optional.empty())));
        }
        return new Command.CompleteUpload(
                stamp,
                place.bucket(),
                place.key(),
                upload,
                listed,
                random.nextLong(),
                condition(),
                random.nextInt(10) == 0 ? Optional.of(Bytes.of((byte) 1)) : Optional.empty(),
                random.nextInt(10) == 0 ? Optional.of(1000L) : Optional.empty());
    }

    private Command reclaimed(Command.Stamp stamp, List<Deletion> deletions) {
        return new Command.Reclaimed(
                stamp,
                deletions.stream()
                        .filter(deletion -> random.nextInt(2) == 0)
                        .map(deletion -> new Command.Reclaimed.Entry(deletion.position(), deletion.ordinal()))
                        .toList());
    }

    private Command forget(Command.Stamp stamp, List<Deletion> deletions) {
        for (Deletion deletion : deletions) {
            if (deletion instanceof Deletion.OfUpload ofUpload) {
                return new Command.ForgetParts(stamp, ofUpload.upload(), List.of(1, 2, 3, 4));
            }
        }
        return new Command.ForgetParts(stamp, upload(), List.of(1));
    }

    private Command.Stamp stamp() {
        return new Command.Stamp(
                3,
                ++requests,
                1_700_000_000_000L + requests * 100,
                random.nextInt(8) == 0 ? Commands.BOB : Commands.ALICE);
    }

    /// Mostly of the one bucket, so that its keys gather versions.
    private String bucket() {
        return BUCKETS[Math.max(0, random.nextInt(6) - 3)];
    }

    private Bytes key() {
        return Bytes.utf8(KEYS[random.nextInt(random.nextInt(3) == 0 ? KEYS.length : 4)]);
    }

    private record Place(String bucket, Bytes key) {}

    /// Mostly where the upload began.
    private Place place(UploadId upload, String bucket, Bytes key) {
        Command.CreateUpload create = begun.get(upload);
        return create == null || random.nextInt(8) == 0
                ? new Place(bucket, key)
                : new Place(create.bucket(), create.key());
    }

    private UploadId upload() {
        return uploads.isEmpty() || random.nextInt(20) == 0
                ? new UploadId(9, 9)
                : uploads.get(uploads.size() - 1 - random.nextInt(Math.min(uploads.size(), 6)));
    }

    private VersionSelector selector() {
        int kind = random.nextInt(4);
        if (kind == 0 || versions.isEmpty()) {
            return VersionSelector.NULL;
        }
        return kind == 1
                ? VersionSelector.CURRENT
                : new VersionSelector.Exactly(
                        versions.get(versions.size() - 1 - random.nextInt(Math.min(versions.size(), 30))));
    }

    private Condition condition() {
        return switch (random.nextInt(16)) {
            case 0 -> new Condition(Optional.of(ETAGS[random.nextInt(3)]), false, Optional.empty(), Optional.empty());
            case 1 -> new Condition(Optional.empty(), true, Optional.empty(), Optional.empty());
            case 2 -> new Condition(Optional.empty(), false, Optional.of(1_700_000_000L), Optional.of(0L));
            default -> Condition.NONE;
        };
    }

    private Optional<ObjectChecksum> checksum() {
        return random.nextInt(2) == 0
                ? Optional.empty()
                : Optional.of(new ObjectChecksum(
                        pick(ChecksumAlgorithm.values()),
                        pick(ObjectChecksum.Type.values()),
                        Bytes.wrap(new byte[8]),
                        random.nextInt(3)));
    }

    private Attributes attributes() {
        return random.nextInt(2) == 0
                ? Commands.PLAIN
                : new Attributes(
                        List.of(),
                        List.of(new Attributes.Header("k", "v\u00e9"), new Attributes.Header("", "")),
                        tags(),
                        random.nextInt(2) == 0 ? "" : "GLACIER");
    }

    private List<Tag> tags() {
        return random.nextInt(3) == 0 ? List.of() : List.of(new Tag("t" + random.nextInt(3), "v"));
    }

    ListQuery listQuery() {
        return new ListQuery(prefix(), delimiter(), marker(), random.nextInt(6));
    }

    VersionQuery versionQuery() {
        return new VersionQuery(
                prefix(),
                delimiter(),
                marker(),
                random.nextInt(2) == 0 ? Optional.empty() : Optional.of(selector()),
                random.nextInt(8));
    }

    UploadQuery uploadQuery() {
        return new UploadQuery(
                prefix(),
                delimiter(),
                marker(),
                random.nextInt(2) == 0 ? Optional.empty() : Optional.of(upload()),
                random.nextInt(5));
    }

    private Bytes prefix() {
        return Bytes.utf8(PREFIXES[random.nextInt(PREFIXES.length)]);
    }

    private Bytes delimiter() {
        return Bytes.utf8(DELIMITERS[random.nextInt(DELIMITERS.length)]);
    }

    private Bytes marker() {
        return random.nextInt(2) == 0 ? Bytes.EMPTY : key();
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    List<String> buckets() {
        return List.of(BUCKETS);
    }

    List<Bytes> keys() {
        return java.util.Arrays.stream(KEYS).map(Bytes::utf8).toList();
    }

    List<UploadId> uploads() {
        return uploads;
    }

    List<VersionId> versions() {
        return versions;
    }
}

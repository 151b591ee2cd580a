package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.Content;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Object;

/// One client that writes to keys of its own until the server is gone, and afterwards checks what it finds.
final class Writer {

    private static final int KEYS = 12;
    private static final int PART_BYTES = 5 << 20;

    private final SplittableRandom random;
    private final String bucket;
    private final boolean versioned;
    private final String prefix;
    private final Map<String, Ledger> ledgers = new TreeMap<>();
    private Optional<OpenUpload> upload = Optional.empty();

    /// What it asks for; a DELETE_VERSION and an UPLOAD may have nothing to do, or go on with what was begun.
    enum Operation {
        PUT(10),
        DELETE(2),
        DELETE_VERSION(1),
        UPLOAD(2),
        COPY(1),
        READ(3),
        READ_RANGE(1),
        LIST(1);

        private final int weight;

        Operation(int weight) {
            this.weight = weight;
        }
    }

    private static final List<Operation> OPERATIONS = Arrays.stream(Operation.values())
            .flatMap(operation -> Collections.nCopies(operation.weight, operation).stream())
            .toList();

    /// An upload with the parts that were acknowledged.
    private record OpenUpload(String key, String id, Content content, List<CompletedPart> parts) {}

    Writer(int number, long seed, String bucket, boolean versioned) {
        this.random = new SplittableRandom(seed);
        this.bucket = bucket;
        this.versioned = versioned;
        this.prefix = "writer-" + number + "/";
        for (int i = 0; i < KEYS; i++) {
            ledgers.put(prefix + "key-" + i, new Ledger());
        }
    }

    /// Writes until a call fails; `ending` says whether the server was about to be killed, otherwise the
    /// failure is the test's.
    void write(S3Client s3, Runnable acknowledged, BooleanSupplier ending) {
        try {
            while (!ending.getAsBoolean()) {
                step(s3, OPERATIONS.get(random.nextInt(OPERATIONS.size())));
                acknowledged.run();
            }
        } catch (RuntimeException e) {
            if (!ending.getAsBoolean()) {
                throw e;
            }
        }
    }

    /// Writes on whatever the server answers: what fails may have happened or not, and must be whole if it did.
    void persist(S3Client s3, Runnable acknowledged, BooleanSupplier ending) {
        // An error is an answer; wrong bytes are not.
        persist(s3, (_, error) -> error.ifPresentOrElse(_ -> {}, acknowledged), ending);
    }

    /// The same, for who wants to know what was answered to what.
    void persist(S3Client s3, BiConsumer<Operation, Optional<SdkException>> answered, BooleanSupplier ending) {
        while (!ending.getAsBoolean()) {
            var operation = OPERATIONS.get(random.nextInt(OPERATIONS.size()));
            try {
                step(s3, operation);
                answered.accept(operation, Optional.empty());
            } catch (SdkException e) {
                answered.accept(operation, Optional.of(e));
            }
        }
    }

    private void step(S3Client s3, Operation operation) {
        String key = prefix + "key-" + random.nextInt(KEYS);
        Ledger ledger = ledger(key);
        switch (operation) {
            case PUT -> put(s3, key, ledger);
            case DELETE -> delete(s3, key, ledger);
            case DELETE_VERSION -> deleteVersion(s3, key, ledger);
            case UPLOAD -> continueUpload(s3, key);
            case COPY -> copy(s3, key, prefix + "key-" + random.nextInt(KEYS));
            case READ -> assertThat(ledger.possible()).as(key).contains(read(s3, key));
            case READ_RANGE -> readRange(s3, key, ledger);
            case LIST -> list(s3);
        }
    }

    private Ledger ledger(String key) {
        return Objects.requireNonNull(ledgers.get(key), key);
    }

    private Content fresh() {
        int sizeBytes = switch (random.nextInt(10)) {
            case 0 -> random.nextInt(20);
            case 1, 2, 3, 4 -> random.nextInt(4_000);
            case 5, 6 -> random.nextInt(100_000);
            case 7, 8 -> random.nextInt(1_000_000);
            default -> random.nextInt(4_000_000);
        };
        return new Content(random.nextLong(), sizeBytes);
    }

    private void put(S3Client s3, String key, Ledger ledger) {
        Content content = fresh();
        ledger.sent(Optional.of(content));
        var answer = s3.putObject(b -> b.bucket(bucket).key(key), RequestBody.fromBytes(content.bytes()));
        ledger.acknowledged(Optional.of(content));
        if (versioned) {
            ledger.acknowledgedVersion(answer.versionId(), content);
        }
    }

    private void delete(S3Client s3, String key, Ledger ledger) {
        ledger.sent(Optional.empty());
        s3.deleteObject(b -> b.bucket(bucket).key(key));
        ledger.acknowledged(Optional.empty());
    }

    /// Deletes a version that is not the latest for certain, so that what readers see does not change.
    private void deleteVersion(S3Client s3, String key, Ledger ledger) {
        Optional<Content> latest = ledger.possible().getLast();
        ledger.certainVersions().entrySet().stream()
                .filter(version -> !Optional.of(version.getValue()).equals(latest))
                .map(Map.Entry::getKey)
                .sorted()
                .findFirst()
                .ifPresent(version -> {
                    ledger.sentDeletion(version);
                    s3.deleteObject(b -> b.bucket(bucket).key(key).versionId(version));
                    ledger.acknowledgedDeletion(version);
                });
    }

    private void continueUpload(S3Client s3, String key) {
        if (upload.isEmpty()) {
            String id = s3.createMultipartUpload(b -> b.bucket(bucket).key(key)).uploadId();
            Content content = new Content(random.nextLong(), PART_BYTES + 1 + random.nextInt(500_000));
            upload = Optional.of(new OpenUpload(key, id, content, new ArrayList<>()));
            return;
        }
        OpenUpload open = upload.get();
        int number = open.parts().size() + 1;
        if (number <= 2) {
            byte[] bytes = open.content().bytes();
            byte[] part = number == 1
                    ? Arrays.copyOf(bytes, PART_BYTES)
                    : Arrays.copyOfRange(bytes, PART_BYTES, bytes.length);
            String eTag = s3.uploadPart(
                            b -> b.bucket(bucket)
                                    .key(open.key())
                                    .uploadId(open.id())
                                    .partNumber(number),
                            RequestBody.fromBytes(part))
                    .eTag();
            open.parts()
                    .add(CompletedPart.builder().partNumber(number).eTag(eTag).build());
            return;
        }
        Ledger ledger = ledger(open.key());
        ledger.sent(Optional.of(open.content()));
        upload = Optional.empty();
        var answer = s3.completeMultipartUpload(
                b -> b.bucket(bucket).key(open.key()).uploadId(open.id()).multipartUpload(u -> u.parts(open.parts())));
        ledger.acknowledged(Optional.of(open.content()));
        if (versioned) {
            ledger.acknowledgedVersion(answer.versionId(), open.content());
        }
    }

    /// Copies a key of which is known what it holds.
    private void copy(S3Client s3, String from, String to) {
        List<Optional<Content>> source = ledger(from).possible();
        if (from.equals(to) || source.size() > 1 || source.getFirst().isEmpty()) {
            return;
        }
        Ledger ledger = ledger(to);
        ledger.sent(source.getFirst());
        CopyObjectResponse answer;
        try {
            answer = s3.copyObject(b -> b.sourceBucket(bucket)
                    .sourceKey(from)
                    .destinationBucket(bucket)
                    .destinationKey(to));
        } catch (NoSuchKeyException e) {
            throw new AssertionError(from + " holds " + source + " and cannot be found", e);
        }
        ledger.acknowledged(source.getFirst());
        if (versioned) {
            ledger.acknowledgedVersion(answer.versionId(), source.getFirst().orElseThrow());
        }
    }

    private void readRange(S3Client s3, String key, Ledger ledger) {
        int sizeBytes = ledger.possible().stream()
                .flatMap(Optional::stream)
                .mapToInt(Content::sizeBytes)
                .min()
                .orElse(0);
        if (sizeBytes == 0) {
            return;
        }
        int from = random.nextInt(sizeBytes);
        int end = from + 1 + random.nextInt(sizeBytes - from);
        try {
            byte[] found = s3.getObjectAsBytes(b -> b.bucket(bucket).key(key).range("bytes=" + from + "-" + (end - 1)))
                    .asByteArray();
            assertThat(ledger.possible().stream()
                            .flatMap(Optional::stream)
                            .map(content -> Arrays.copyOfRange(content.bytes(), from, end)))
                    .as("%s from %d to %d", key, from, end)
                    .anyMatch(bytes -> Arrays.equals(bytes, found));
        } catch (NoSuchKeyException e) {
            assertThat(ledger.possible()).as(key).contains(Optional.empty());
        }
    }

    /// What is known for certain is listed, with its size.
    private void list(S3Client s3) {
        var listed = new TreeMap<String, Optional<Integer>>();
        s3.listObjectsV2(b -> b.bucket(bucket).prefix(prefix))
                .contents()
                .forEach(object ->
                        listed.put(object.key(), Optional.of(object.size().intValue())));
        ledgers.forEach((key, ledger) -> {
            var sizes = ledger.possible().stream()
                    .map(content -> content.map(Content::sizeBytes))
                    .toList();
            assertThat(sizes)
                    .as("sizes that %s may be listed with", key)
                    .contains(listed.getOrDefault(key, Optional.empty()));
        });
    }

    /// The keys that hold something, as far as is known for certain.
    List<String> stored() {
        return ledgers.entrySet().stream()
                .filter(entry -> entry.getValue().possible().size() == 1
                        && entry.getValue().possible().getFirst().isPresent())
                .map(Map.Entry::getKey)
                .toList();
    }

    private Optional<Content> read(S3Client s3, String key) {
        List<Optional<Content>> possible = ledger(key).possible();
        try {
            byte[] found = s3.getObjectAsBytes(b -> b.bucket(bucket).key(key)).asByteArray();
            return Optional.of(recognised(key, found, possible));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }

    private static Content recognised(String key, byte[] found, List<Optional<Content>> possible) {
        return possible.stream()
                .flatMap(Optional::stream)
                .filter(content -> content.sizeBytes() == found.length && Arrays.equals(content.bytes(), found))
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        "%s holds %d bytes that are none of %s".formatted(key, found.length, possible)));
    }

    /// Checks that every key holds what was acknowledged or was on its way, and remembers which.
    void verify(S3Client s3) {
        Map<String, Integer> found = new TreeMap<>();
        ledgers.forEach((key, ledger) -> {
            List<Optional<Content>> possible = ledger.possible();
            Optional<Content> value = read(s3, key);
            assertThat(possible).as("what %s may hold", key).contains(value);
            value.ifPresent(content -> found.put(key, content.sizeBytes()));
            ledger.resolve(value, versioned ? versions(s3, key, ledger) : Map.of());
        });
        Map<String, Integer> listed = new TreeMap<>();
        for (S3Object object :
                s3.listObjectsV2(b -> b.bucket(bucket).prefix(prefix)).contents()) {
            listed.put(object.key(), object.size().intValue());
        }
        assertThat(listed).as("what the bucket lists").isEqualTo(found);
        upload.ifPresent(open -> {
            List<Part> parts = s3.listParts(
                            b -> b.bucket(bucket).key(open.key()).uploadId(open.id()))
                    .parts();
            assertThat(parts).hasSizeBetween(open.parts().size(), open.parts().size() + 1);
            for (int i = 0; i < open.parts().size(); i++) {
                assertThat(parts.get(i).eTag()).isEqualTo(open.parts().get(i).eTag());
            }
        });
    }

    private Map<String, Content> versions(S3Client s3, String key, Ledger ledger) {
        Map<String, Content> existing = new HashMap<>();
        for (ObjectVersion version : s3.listObjectVersionsPaginator(
                        b -> b.bucket(bucket).prefix(key))
                .versions()) {
            if (!version.key().equals(key)) {
                continue;
            }
            String id = version.versionId();
            Optional<Content> expected = ledger.version(id);
            byte[] bytes = s3.getObjectAsBytes(b -> b.bucket(bucket).key(key).versionId(id))
                    .asByteArray();
            List<Optional<Content>> possible = expected.isEmpty() ? ledger.possible() : List.of(expected);
            existing.put(id, recognised(key + " version " + id, bytes, possible));
        }
        assertThat(existing.keySet())
                .as("versions of " + key)
                .containsAll(ledger.certainVersions().keySet());
        return existing;
    }
}

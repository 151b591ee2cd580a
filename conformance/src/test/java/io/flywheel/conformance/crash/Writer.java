package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.conformance.Content;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
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
                step(s3);
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
        while (!ending.getAsBoolean()) {
            try {
                step(s3);
                acknowledged.run();
            } catch (SdkException e) {
                // An error is an answer; wrong bytes are not.
            }
        }
    }

    private void step(S3Client s3) {
        String key = prefix + "key-" + random.nextInt(KEYS);
        Ledger ledger = ledger(key);
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> delete(s3, key, ledger);
            case 3 -> deleteVersion(s3, key, ledger);
            case 4, 5 -> continueUpload(s3, key);
            case 6, 7, 8 -> assertThat(ledger.possible()).as(key).contains(read(s3, key));
            default -> put(s3, key, ledger);
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

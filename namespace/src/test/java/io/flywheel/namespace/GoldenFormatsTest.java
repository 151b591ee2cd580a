package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.namespace.Command.CompleteUpload.ListedPart;
import io.flywheel.namespace.record.MalformedRecord;
import io.flywheel.namespace.record.StoredAnswer;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredCommand;
import io.flywheel.namespace.record.StoredContent;
import io.flywheel.namespace.record.StoredDeletion;
import io.flywheel.namespace.record.StoredLayout;
import io.flywheel.namespace.record.StoredNull;
import io.flywheel.namespace.record.StoredOwner;
import io.flywheel.namespace.record.StoredPart;
import io.flywheel.namespace.record.StoredSummary;
import io.flywheel.namespace.record.StoredUpload;
import io.flywheel.namespace.record.StoredVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Everything the namespace stores, as this format writes it, in hexadecimal digits (`formats.hex`). A test
/// that fails here says that stores made before would not open: a change of a format needs a new version and
/// the old file kept.
///
/// `-Dgolden=write` writes what the code at hand makes.
class GoldenFormatsTest {
    private static final Path FILE = Path.of("src/test/resources/io/flywheel/namespace/formats.hex");
    private static final Bytes KEY = Bytes.utf8("folder/kéy 😀");
    private static final VersionId VERSION = new VersionId(0x0102030405L, 0x1122334455667788L);
    private static final UploadId UPLOAD = new UploadId(0xa1a2a3a4a5a6a7a8L, 0xb1b2b3b4b5b6b7b8L);
    private static final Command.Stamp STAMP =
            new Command.Stamp(0x7172737475767778L, 0x8182838485868788L, 1_763_683_200_123L, Commands.ALICE);
    private static final Attributes ATTRIBUTES = new Attributes(
            List.of(new Attributes.Header("content-type", "text/plain")),
            List.of(new Attributes.Header("color", "blüe")),
            List.of(new Tag("team", "a")),
            "STANDARD");
    private static final ObjectChecksum CHECKSUM = new ObjectChecksum(
            ChecksumAlgorithm.CRC32C,
            ObjectChecksum.Type.COMPOSITE,
            Bytes.of((byte) 1, (byte) 2, (byte) 3, (byte) 4),
            3);
    private static final Content INLINE = new Content.Inline(Bytes.utf8("body"));
    private static final Content BLOCKS = new Content.Blocks(List.of(
            new BlockRef(
                    new BlockId(3, 70_000, 9), BlockRef.SINGLE_COPY, BlockRef.FIRST_SLOT, 300_000, 262_144, new long[] {
                        0x0123456789abcdefL, -1
                    }),
            new BlockRef(new BlockId(0, 1, 0), BlockRef.SINGLE_COPY, BlockRef.FIRST_SLOT, 1, 262_144, new long[] {5})));
    private static final Content CODED_BLOCKS = new Content.Blocks(List.of(
            new BlockRef(new BlockId(3, 1, 9), 0x01_02_04_02, 0b101_1111, 300_000, 262_144, new long[] {1, 2, 3, -4}),
            new BlockRef(
                    new BlockId(4, 1, 10), BlockRef.SINGLE_COPY, BlockRef.FIRST_SLOT, 1, 262_144, new long[] {5})));
    private static final Condition CONDITION =
            new Condition(Optional.of(Commands.MD5), true, Optional.of(1_763_683_200L), Optional.of(4L));
    private static final Part PART =
            new Part(7, 5_242_880, Commands.MD5, Optional.of(Bytes.of((byte) 9)), 1_763_683_201_000L, BLOCKS);

    @Test
    void shouldWriteWhatEarlierBuildsWrote() throws IOException {
        Map<String, byte[]> written = written();
        if (System.getProperty("golden", "").equals("write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(
                    FILE,
                    written.entrySet().stream()
                            .map(entry -> entry.getKey() + " " + HexFormat.of().formatHex(entry.getValue()) + "\n")
                            .collect(Collectors.joining()));
        }
        Map<String, String> hex = new TreeMap<>();
        written.forEach((name, bytes) -> hex.put(name, HexFormat.of().formatHex(bytes)));
        assertThat(hex).isEqualTo(golden());
    }

    @Test
    void shouldReadWhatEarlierBuildsWrote() throws MalformedRecord {
        Map<String, String> golden = golden();
        for (Map.Entry<String, Command> command : commands().entrySet()) {
            assertThat(StoredCommand.decode(bytes(golden, "command." + command.getKey())))
                    .as(command.getKey())
                    .isEqualTo(command.getValue());
        }
        assertThat(StoredBucket.decode(bytes(golden, "bucket"))).isEqualTo(bucket());
        assertThat(StoredVersion.decode(bytes(golden, "version.object"))).isEqualTo(new StoredVersion(object(), false));
        assertThat(StoredVersion.decode(bytes(golden, "version.marker"))).isEqualTo(new StoredVersion(marker(), false));
        assertThat(StoredUpload.decode(bytes(golden, "upload"))).isEqualTo(upload());
        assertThat(StoredPart.decode(bytes(golden, "part"))).isEqualTo(new StoredPart(PART, false));
        assertThat(StoredContent.decode(bytes(golden, "content.inline"))).isEqualTo(INLINE);
        assertThat(StoredContent.decode(bytes(golden, "content.blocks"))).isEqualTo(BLOCKS);
        assertThat(StoredContent.decode(bytes(golden, "content.coded"))).isEqualTo(CODED_BLOCKS);
        assertThat(StoredNull.decode(bytes(golden, "null"))).isEqualTo(StoredNull.of(object()));
        assertThat(StoredLayout.decode(bytes(golden, "layout")).ends()).isEqualTo(layout().ends());
        for (Map.Entry<String, Outcome> answer : answers().entrySet()) {
            assertThat(StoredAnswer.decode(bytes(golden, "answer." + answer.getKey())))
                    .isEqualTo(answer(answer.getValue()));
        }
    }

    private static Map<String, byte[]> written() {
        Map<String, byte[]> all = new TreeMap<>();
        commands().forEach((name, command) -> all.put("command." + name, StoredCommand.encode(command)));
        answers()
                .forEach((name, outcome) ->
                        all.put("answer." + name, answer(outcome).encode()));
        all.put("bucket", bucket().encode());
        all.put("version.object", new StoredVersion(object(), false).encode());
        all.put("version.elsewhere", new StoredVersion(object().withContent(Content.EMPTY), true).encode());
        all.put("version.marker", new StoredVersion(marker(), false).encode());
        all.put("summary", StoredSummary.encode(object()));
        all.put("null", StoredNull.of(object()).encode());
        all.put("upload", upload().encode());
        all.put("part", new StoredPart(PART, false).encode());
        all.put("part.elsewhere", new StoredPart(PART.withContent(Content.EMPTY), true).encode());
        all.put("content.inline", StoredContent.encode(INLINE));
        all.put("content.blocks", StoredContent.encode(BLOCKS));
        all.put("content.coded", StoredContent.encode(CODED_BLOCKS));
        all.put("content.parts", StoredContent.encode(new Content.Parts(UPLOAD)));
        all.put("layout", StoredLayout.encode(layout()));
        all.put("owner.version", new StoredOwner.OfVersion(12, VERSION, Optional.empty()).encode());
        all.put("owner.versionOfKey", new StoredOwner.OfVersion(12, VERSION, Optional.of(Bytes.utf8("key"))).encode());
        all.put("owner.part", new StoredOwner.OfPart(12, UPLOAD, 7).encode());
        all.put(
                "deletion.blocks",
                StoredDeletion.encode(new Deletion.OfBlocks(1, 2, List.of(new BlockId(3, 70_000, 9)))));
        all.put("deletion.upload", StoredDeletion.encode(new Deletion.OfUpload(1, 2, UPLOAD)));
        all.put("key.version", Keys.version(12, Bytes.of((byte) 'a', (byte) 0, (byte) 'b'), 5));
        all.put("key.upload", Keys.uploadKey(12, KEY, 1_763_683_200_123L, UPLOAD));
        all.put("key.current", Keys.key(12, KEY));
        all.put("key.block", Keys.block(new BlockId(3, 70_000, 9)));
        all.put("key.deletion", Keys.deletion(5, 6));
        all.put("key.part", Keys.part(UPLOAD, 7));
        all.put("key.payload.version", Keys.versionPayload(5));
        all.put("key.payload.part", Keys.partPayload(UPLOAD, 7));
        return all;
    }

    private static Map<String, Command> commands() {
        return new TreeMap<>(Map.ofEntries(
                Map.entry("create-bucket", new Command.CreateBucket(STAMP, "bucket", "us-east-1")),
                Map.entry("delete-bucket", new Command.DeleteBucket(STAMP, "bucket")),
                Map.entry("set-versioning", new Command.SetVersioning(STAMP, "bucket", Versioning.SUSPENDED)),
                Map.entry("set-bucket-tags", new Command.SetBucketTags(STAMP, "bucket", List.of(new Tag("a", "b")))),
                Map.entry("put-object", put(CONDITION, Commands.MD5, Optional.of(CHECKSUM), BLOCKS)),
                Map.entry("put-object.plain", put(Condition.NONE, Commands.MD5 + "-12", Optional.empty(), INLINE)),
                Map.entry(
                        "delete-object",
                        new Command.DeleteObject(
                                STAMP, "bucket", KEY, new VersionSelector.Exactly(VERSION), 5, CONDITION)),
                Map.entry(
                        "set-object-tags",
                        new Command.SetObjectTags(STAMP, "bucket", KEY, VersionSelector.NULL, List.of())),
                Map.entry(
                        "create-upload",
                        new Command.CreateUpload(
                                STAMP,
                                "bucket",
                                KEY,
                                UPLOAD,
                                ATTRIBUTES,
                                Optional.of(ChecksumAlgorithm.SHA256),
                                ObjectChecksum.Type.COMPOSITE)),
                Map.entry("put-part", new Command.PutPart(STAMP, "bucket", KEY, UPLOAD, 70_000, PART)),
                Map.entry(
                        "complete-upload",
                        new Command.CompleteUpload(
                                STAMP,
                                "bucket",
                                KEY,
                                UPLOAD,
                                List.of(new ListedPart(7, Commands.MD5, Optional.of(Bytes.of((byte) 9)))),
                                5,
                                Condition.NONE,
                                Optional.of(Bytes.of((byte) 8)),
                                Optional.of(5_242_880L))),
                Map.entry("abort-upload", new Command.AbortUpload(STAMP, "bucket", KEY, UPLOAD)),
                Map.entry("open-lease", new Command.OpenLease(STAMP, "server")),
                Map.entry("reclaimed", new Command.Reclaimed(STAMP, List.of(new Command.Reclaimed.Entry(300, 2)))),
                Map.entry("forget-parts", new Command.ForgetParts(STAMP, UPLOAD, List.of(1, 10_000)))));
    }

    private static Command put(Condition condition, String etag, Optional<ObjectChecksum> checksum, Content content) {
        return new Command.PutObject(
                STAMP, "bucket", KEY, 5, 70_000, condition, 300_001, etag, checksum, ATTRIBUTES, content);
    }

    private static Map<String, Outcome> answers() {
        return new TreeMap<>(Map.of(
                "done", new Outcome.Done(),
                "put", new Outcome.ObjectPut(object(), Versioning.ENABLED),
                "deleted", new Outcome.ObjectDeleted(Optional.of(marker()), Optional.of(VERSION), true),
                "tags", new Outcome.TagsSet(VERSION, true, Versioning.SUSPENDED),
                "lease", new Outcome.LeaseOpened(70_000)));
    }

    private static StoredAnswer answer(Outcome outcome) {
        return new StoredAnswer(STAMP.requestHigh(), STAMP.requestLow(), 300, outcome);
    }

    private static StoredBucket bucket() {
        return new StoredBucket(
                12,
                new Bucket(
                        "bucket",
                        Commands.ALICE,
                        "us-east-1",
                        1_763_683_200_123L,
                        Versioning.ENABLED,
                        List.of(new Tag("a", "b"))));
    }

    private static Version.ObjectVersion object() {
        return new Version.ObjectVersion(
                VERSION,
                true,
                Commands.BOB,
                1_763_683_200_123L,
                4,
                Commands.MD5,
                Optional.of(CHECKSUM),
                3,
                new Attributes(List.of(), List.of(), List.of(), "GLACIER"),
                INLINE);
    }

    private static Version.DeleteMarker marker() {
        return new Version.DeleteMarker(VERSION, false, Commands.ALICE, -5);
    }

    private static StoredUpload upload() {
        return new StoredUpload(
                12,
                true,
                new Upload(
                        UPLOAD,
                        "bucket",
                        KEY,
                        Commands.ALICE,
                        1_763_683_200_123L,
                        ATTRIBUTES,
                        Optional.of(ChecksumAlgorithm.CRC64NVME),
                        ObjectChecksum.Type.FULL_OBJECT,
                        Optional.of(VERSION)));
    }

    private static PartLayout layout() {
        return new PartLayout(new int[] {1, 7, 10_000}, new long[] {5_242_880, 10_485_760, 10_485_760});
    }

    private static Map<String, String> golden() {
        try {
            return Files.readAllLines(FILE).stream()
                    .map(line -> line.split(" ", 2))
                    .collect(Collectors.toMap(line -> line[0], line -> line[1], (a, b) -> a, TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Map<String, String> golden, String name) {
        String hex = golden.get(name);
        if (hex == null) {
            throw new AssertionError("no " + name + " in " + FILE);
        }
        return HexFormat.of().parseHex(hex);
    }
}

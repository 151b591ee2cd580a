package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.namespace.Outcome.Refusal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The rules that every form of the namespace keeps.
abstract class NamespaceContract {
    private static final UploadId UPLOAD = new UploadId(1, 2);
    private static final String OTHER = "ffffffffffffffffffffffffffffffff";

    private final Commands commands = new Commands();
    private Namespace namespace = new ModelNamespace(new io.flywheel.base.real.ThreadTasks());

    /// A new namespace without anything.
    abstract Namespace create();

    @BeforeEach
    void begin() {
        namespace = create();
        namespace.apply(commands.createBucket("b"));
    }

    @AfterEach
    void end() {
        namespace.close();
    }

    @Test
    void shouldSayWhoseABucketIsWhenItExists() {
        assertThat(namespace.apply(commands.createBucket("b")))
                .isEqualTo(Rules.refused(Refusal.BUCKET_ALREADY_OWNED_BY_YOU));
        assertThat(namespace.apply(new Command.CreateBucket(commands.stamp(Commands.BOB), "b", "x")))
                .isEqualTo(Rules.refused(Refusal.BUCKET_ALREADY_EXISTS));
    }

    @Test
    void shouldNotShowOldKeysWhenABucketIsMadeAgain() {
        namespace.apply(commands.put("b", "k", "1"));
        assertThat(namespace.apply(new Command.DeleteBucket(commands.stamp(), "b")))
                .isEqualTo(Rules.refused(Refusal.BUCKET_NOT_EMPTY));
        namespace.apply(commands.delete("b", "k"));
        assertThat(namespace.apply(new Command.DeleteBucket(commands.stamp(), "b")))
                .isEqualTo(new Outcome.Done());
        assertThat(namespace.bucket("b")).isEmpty();
        namespace.apply(commands.createBucket("b"));
        assertThat(lookup("k")).isEqualTo(new Lookup.NoSuchKey());
    }

    @Test
    void shouldHideAnObjectBehindADeleteMarkerWhenVersioned() {
        namespace.apply(commands.versioning("b", Versioning.ENABLED));
        Version.ObjectVersion first = put("k", "1");
        Outcome.ObjectDeleted deleted = (Outcome.ObjectDeleted) namespace.apply(commands.delete("b", "k"));
        Version.DeleteMarker marker = deleted.marker().orElseThrow();
        assertThat(lookup("k")).isEqualTo(new Lookup.Deleted(marker));
        assertThat(keys("", "")).isEmpty();
        namespace.apply(commands.delete("b", "k", new VersionSelector.Exactly(marker.id())));
        assertThat(lookup("k")).isEqualTo(new Lookup.Found(first, Versioning.ENABLED));
        assertThat(keys("", "")).containsExactly("k");
    }

    @Test
    void shouldReplaceOnlyTheNullVersionWhenSuspended() {
        Version.ObjectVersion unversioned = put("k", "0");
        namespace.apply(commands.versioning("b", Versioning.ENABLED));
        Version.ObjectVersion kept = put("k", "1");
        namespace.apply(commands.versioning("b", Versioning.SUSPENDED));
        Version.ObjectVersion replaced = put("k", "2");
        assertThat(replaced.isNull()).isTrue();
        assertThat(namespace.lookup("b", Bytes.utf8("k"), new VersionSelector.Exactly(unversioned.id())))
                .isEqualTo(new Lookup.NoSuchVersion());
        namespace.apply(commands.delete("b", "k"));
        assertThat(namespace.lookup("b", Bytes.utf8("k"), VersionSelector.NULL)).isInstanceOf(Lookup.Deleted.class);
        namespace.apply(commands.delete("b", "k", VersionSelector.NULL));
        assertThat(lookup("k")).isEqualTo(new Lookup.Found(kept, Versioning.SUSPENDED));
    }

    @Test
    void shouldDecideConditionsAgainstTheLiveObject() {
        Condition absent = new Condition(Optional.empty(), true, Optional.empty(), Optional.empty());
        Condition matches = new Condition(Optional.of(Commands.MD5), false, Optional.empty(), Optional.empty());
        Condition differs = new Condition(Optional.of(OTHER), false, Optional.empty(), Optional.empty());
        assertThat(namespace.apply(commands.put("b", "k", matches))).isEqualTo(Rules.refused(Refusal.NO_SUCH_KEY));
        assertThat(namespace.apply(commands.put("b", "k", absent))).isInstanceOf(Outcome.ObjectPut.class);
        assertThat(namespace.apply(commands.put("b", "k", absent)))
                .isEqualTo(Rules.refused(Refusal.PRECONDITION_FAILED));
        assertThat(namespace.apply(commands.put("b", "k", matches))).isInstanceOf(Outcome.ObjectPut.class);
        assertThat(namespace.apply(commands.delete("b", "k", VersionSelector.CURRENT, differs)))
                .isEqualTo(Rules.refused(Refusal.PRECONDITION_FAILED));
        namespace.apply(commands.versioning("b", Versioning.ENABLED));
        namespace.apply(commands.delete("b", "k"));
        assertThat(namespace.apply(commands.put("b", "k", absent))).isInstanceOf(Outcome.ObjectPut.class);
    }

    @Test
    void shouldAnswerARepeatedRequestAsTheFirstTime() {
        namespace.apply(commands.versioning("b", Versioning.ENABLED));
        Command put = commands.put("b", "k", "1");
        Outcome first = namespace.apply(put);
        assertThat(namespace.apply(put)).isEqualTo(Rules.abridged(first));
        assertThat(versions("k")).isEqualTo(1);
    }

    @Test
    void shouldQueueTheBlocksOfWhatWasReplaced() {
        long lease = ((Outcome.LeaseOpened) namespace.apply(new Command.OpenLease(commands.stamp(), "h"))).lease();
        BlockId block = new BlockId(0, lease, 1);
        namespace.apply(commands.put("b", "k", lease, block));
        assertThat(namespace.blocks(new BlockId(0, 1, 0), 10)).containsExactly(block);
        assertThat(namespace.storedBlocks(new BlockId(0, 1, 0), 10))
                .singleElement()
                .satisfies(stored -> assertThat(stored.ref().orElseThrow().id()).isEqualTo(block));
        put("k", "small");
        assertThat(namespace.storedBlocks(new BlockId(0, 1, 0), 10))
                .containsExactly(new StoredBlock(block, Optional.empty()));
        List<Deletion> deletions = namespace.deletions(0, 10);
        assertThat(deletions).hasSize(1);
        Deletion deletion = deletions.getFirst();
        assertThat(deletion).isEqualTo(new Deletion.OfBlocks(deletion.position(), deletion.ordinal(), List.of(block)));
        namespace.apply(new Command.Reclaimed(
                commands.stamp(), List.of(new Command.Reclaimed.Entry(deletion.position(), deletion.ordinal()))));
        assertThat(namespace.deletions(0, 10)).isEmpty();
        assertThat(namespace.blocks(new BlockId(0, 1, 0), 10)).isEmpty();
    }

    @Test
    void shouldRefuseBlocksOfAClosedLease() {
        long lease = ((Outcome.LeaseOpened) namespace.apply(new Command.OpenLease(commands.stamp(), "h"))).lease();
        namespace.apply(new Command.OpenLease(commands.stamp(), "h"));
        assertThat(namespace.apply(commands.put("b", "k", lease, new BlockId(0, lease, 1))))
                .isEqualTo(Rules.refused(Refusal.LEASE_CLOSED));
    }

    @Test
    void shouldMakeAnObjectOfTheListedPartsOnce() {
        Part one = Commands.part(1, Assembly.PART_BYTES_MIN, Commands.MD5);
        Part two = Commands.part(2, 7, OTHER);
        namespace.apply(commands.createUpload("b", "k", UPLOAD));
        namespace.apply(commands.putPart("b", "k", UPLOAD, 0, one));
        namespace.apply(commands.putPart("b", "k", UPLOAD, 0, two));
        namespace.apply(commands.putPart("b", "k", UPLOAD, 0, Commands.part(3, 9, OTHER)));
        Outcome outcome = namespace.apply(commands.complete("b", "k", UPLOAD, one, two));
        Version.ObjectVersion made = ((Outcome.ObjectPut) outcome).version();
        assertThat(made.etag()).isEqualTo("233ac547831a70aab08090fd11c9e413-2");
        assertThat(made.sizeBytes()).isEqualTo(Assembly.PART_BYTES_MIN + 7);
        assertThat(made.content()).isEqualTo(new Content.Parts(UPLOAD));
        assertThat(namespace.parts(UPLOAD, 0, 10)).containsExactly(one, two);
        assertThat(namespace.layout(UPLOAD).orElseThrow().ends())
                .containsExactly(Assembly.PART_BYTES_MIN, Assembly.PART_BYTES_MIN + 7);
        assertThat(namespace.apply(commands.complete("b", "k", UPLOAD, one, two)))
                .isEqualTo(outcome);
        assertThat(namespace.apply(commands.complete("b", "k", UPLOAD, one)))
                .isEqualTo(Rules.refused(Refusal.NO_SUCH_UPLOAD));
    }

    @Test
    void shouldRefusePartsThatAreMissingSmallOrOutOfOrder() {
        Part small = Commands.part(1, 5, Commands.MD5);
        Part last = Commands.part(2, 5, OTHER);
        namespace.apply(commands.createUpload("b", "k", UPLOAD));
        namespace.apply(commands.putPart("b", "k", UPLOAD, 0, small));
        namespace.apply(commands.putPart("b", "k", UPLOAD, 0, last));
        assertThat(refusal(commands.complete("b", "k", UPLOAD, small, last))).isEqualTo(Refusal.ENTITY_TOO_SMALL);
        assertThat(refusal(commands.complete("b", "k", UPLOAD, last, small))).isEqualTo(Refusal.INVALID_PART_ORDER);
        assertThat(refusal(commands.complete("b", "k", UPLOAD, Commands.part(3, 5, OTHER))))
                .isEqualTo(Refusal.INVALID_PART);
        assertThat(refusal(commands.complete("b", "k", UPLOAD, Commands.part(2, 5, Commands.MD5))))
                .isEqualTo(Refusal.INVALID_PART);
        assertThat(refusal(commands.complete("b", "other", UPLOAD, last))).isEqualTo(Refusal.NO_SUCH_UPLOAD);
    }

    @Test
    void shouldKeepPartsOfAnAbortedUploadUntilTheyAreForgotten() {
        namespace.apply(commands.createUpload("b", "k", UPLOAD));
        namespace.apply(commands.putPart("b", "k", UPLOAD, 0, Commands.part(1, 5, Commands.MD5)));
        namespace.apply(commands.abort("b", "k", UPLOAD));
        assertThat(namespace.upload(UPLOAD)).isEmpty();
        assertThat(namespace.parts(UPLOAD, 0, 10)).hasSize(1);
        Deletion entry = namespace.deletions(0, 10).getFirst();
        Command reclaimed = new Command.Reclaimed(
                commands.stamp(), List.of(new Command.Reclaimed.Entry(entry.position(), entry.ordinal())));
        namespace.apply(reclaimed);
        assertThat(namespace.deletions(0, 10)).containsExactly(entry);
        namespace.apply(new Command.ForgetParts(commands.stamp(), UPLOAD, List.of(1)));
        namespace.apply(new Command.Reclaimed(
                commands.stamp(), List.of(new Command.Reclaimed.Entry(entry.position(), entry.ordinal()))));
        assertThat(namespace.deletions(0, 10)).isEmpty();
    }

    @Test
    void shouldRollKeysUpToCommonPrefixes() {
        for (String key : List.of("a", "a/1", "a/2", "a/3", "a0", "b/1", "c")) {
            put(key, "x");
        }
        assertThat(keys("", "/")).containsExactly("a", "a/", "a0", "b/", "c");
        assertThat(keys("a/", "/")).containsExactly("a/1", "a/2", "a/3");
        ListPage page = namespace.list("b", new ListQuery(Bytes.EMPTY, Bytes.utf8("/"), Bytes.EMPTY, 2));
        assertThat(page.next()).contains(Bytes.utf8("a/"));
        assertThat(namespace
                        .list("b", new ListQuery(Bytes.EMPTY, Bytes.utf8("/"), Bytes.utf8("a/"), 1))
                        .entries())
                .first()
                .extracting(entry -> entry.name().toUtf8())
                .isEqualTo("a0");
    }

    /// The clock of who decided on a change may be wrong: what came last is what is there.
    @Test
    void shouldOrderVersionsAsTheyCameWhenTheClockJumps() {
        namespace.apply(commands.versioning("b", Versioning.ENABLED));
        for (long millis : new long[] {5_000, Long.MAX_VALUE / 2, 4_000, 0, -62_000_000_000_000L, 5_000}) {
            var put = (Command.PutObject) commands.put("b", "k", "at " + millis);
            Command.Stamp stamp = put.stamp();
            Outcome outcome = namespace.apply(new Command.PutObject(
                    new Command.Stamp(stamp.requestHigh(), stamp.requestLow(), millis, stamp.account()),
                    put.bucket(),
                    put.key(),
                    put.nonce(),
                    put.lease(),
                    put.condition(),
                    put.sizeBytes(),
                    put.etag(),
                    put.checksum(),
                    put.attributes(),
                    put.content()));
            Version.ObjectVersion last = ((Outcome.ObjectPut) outcome).version();
            assertThat(lookup("k")).isEqualTo(new Lookup.Found(last, Versioning.ENABLED));
        }
        assertThat(versions("k")).isEqualTo(6);
    }

    private Lookup lookup(String key) {
        return namespace.lookup("b", Bytes.utf8(key), VersionSelector.CURRENT);
    }

    private Version.ObjectVersion put(String key, String body) {
        return ((Outcome.ObjectPut) namespace.apply(commands.put("b", key, body))).version();
    }

    private Refusal refusal(Command command) {
        return ((Outcome.Refused) namespace.apply(command)).refusal();
    }

    private List<String> keys(String prefix, String delimiter) {
        return namespace
                .list("b", new ListQuery(Bytes.utf8(prefix), Bytes.utf8(delimiter), Bytes.EMPTY, 1000))
                .entries()
                .stream()
                .map(entry -> entry.name().toUtf8())
                .toList();
    }

    private int versions(String prefix) {
        return namespace
                .listVersions(
                        "b", new VersionQuery(Bytes.utf8(prefix), Bytes.EMPTY, Bytes.EMPTY, Optional.empty(), 1000))
                .entries()
                .size();
    }
}

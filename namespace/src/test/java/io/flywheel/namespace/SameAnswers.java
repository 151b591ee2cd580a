package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import java.util.List;
import java.util.Optional;

/// Asks two namespaces everything, and expects the same answers.
final class SameAnswers {
    private SameAnswers() {}

    /// Some random queries, cheap enough to follow every command.
    static void some(Histories histories, Namespace expected, Namespace actual) {
        for (String bucket : histories.buckets()) {
            ListQuery list = histories.listQuery();
            assertThat(actual.list(bucket, list)).as("%s of %s", list, bucket).isEqualTo(expected.list(bucket, list));
            VersionQuery versions = histories.versionQuery();
            assertThat(actual.listVersions(bucket, versions))
                    .as("%s of %s", versions, bucket)
                    .isEqualTo(expected.listVersions(bucket, versions));
            UploadQuery uploads = histories.uploadQuery();
            assertThat(actual.listUploads(bucket, uploads))
                    .as("%s of %s", uploads, bucket)
                    .isEqualTo(expected.listUploads(bucket, uploads));
        }
    }

    static void all(Histories histories, Namespace expected, Namespace actual) {
        assertThat(actual.position()).isEqualTo(expected.position());
        assertThat(actual.buckets(Commands.ALICE, "", "", 10)).isEqualTo(expected.buckets(Commands.ALICE, "", "", 10));
        assertThat(actual.buckets(Commands.BOB, "b", "a", 1)).isEqualTo(expected.buckets(Commands.BOB, "b", "a", 1));
        for (String bucket : histories.buckets()) {
            assertThat(actual.bucket(bucket)).isEqualTo(expected.bucket(bucket));
            for (Bytes key : histories.keys()) {
                sameLookup(bucket, key, VersionSelector.CURRENT, expected, actual);
                sameLookup(bucket, key, VersionSelector.NULL, expected, actual);
            }
            walkPages(bucket, "/", expected, actual);
            walkPages(bucket, "", expected, actual);
        }
        List<VersionId> versions = histories.versions();
        for (VersionId id : versions.subList(Math.max(0, versions.size() - 20), versions.size())) {
            for (Bytes key : histories.keys().subList(0, 4)) {
                sameLookup(histories.buckets().getFirst(), key, new VersionSelector.Exactly(id), expected, actual);
            }
        }
        for (UploadId id : histories.uploads()) {
            assertThat(actual.upload(id)).isEqualTo(expected.upload(id));
            assertThat(actual.parts(id, 1, 2)).isEqualTo(expected.parts(id, 1, 2));
            assertThat(actual.parts(id, 0, 10)).isEqualTo(expected.parts(id, 0, 10));
            assertThat(actual.part(id, 2)).isEqualTo(expected.part(id, 2));
            assertThat(actual.layout(id).map(SameAnswers::text))
                    .isEqualTo(expected.layout(id).map(SameAnswers::text));
        }
        assertThat(actual.deletions(0, 1000)).isEqualTo(expected.deletions(0, 1000));
        assertThat(actual.deletions(50, 2)).isEqualTo(expected.deletions(50, 2));
        BlockId from = new BlockId(1, 1, 0);
        assertThat(actual.blocks(from, 5)).isEqualTo(expected.blocks(from, 5));
        assertThat(actual.blocks(new BlockId(0, 1, 0), 1000)).isEqualTo(expected.blocks(new BlockId(0, 1, 0), 1000));
        assertThat(actual.storedBlocks(from, 5)).isEqualTo(expected.storedBlocks(from, 5));
        assertThat(actual.storedBlocks(new BlockId(0, 1, 0), 1000))
                .isEqualTo(expected.storedBlocks(new BlockId(0, 1, 0), 1000));
        assertThat(actual.uploadsBegunBefore(1_700_000_010_000L, 5))
                .isEqualTo(expected.uploadsBegunBefore(1_700_000_010_000L, 5));
    }

    private static String text(PartLayout layout) {
        return java.util.Arrays.toString(layout.numbers()) + java.util.Arrays.toString(layout.ends());
    }

    private static void sameLookup(
            String bucket, Bytes key, VersionSelector selector, Namespace expected, Namespace actual) {
        Lookup lookup = expected.lookup(bucket, key, selector);
        assertThat(actual.lookup(bucket, key, selector))
                .as("%s of %s in %s", selector, key, bucket)
                .isEqualTo(lookup);
        actual.peek(bucket, key, selector)
                .ifPresent(peeked -> assertThat(peeked)
                        .as("peek %s of %s in %s", selector, key, bucket)
                        .isEqualTo(lookup));
    }

    /// Follows the markers of the pages to the end.
    private static void walkPages(String bucket, String delimiter, Namespace expected, Namespace actual) {
        Bytes by = Bytes.utf8(delimiter);
        Optional<Bytes> after = Optional.of(Bytes.EMPTY);
        while (after.isPresent()) {
            ListQuery query = new ListQuery(Bytes.EMPTY, by, after.get(), 2);
            ListPage page = expected.list(bucket, query);
            assertThat(actual.list(bucket, query)).as("%s", query).isEqualTo(page);
            after = page.next();
        }
        Optional<VersionPage.Marker> marker = Optional.of(new VersionPage.Marker(Bytes.EMPTY, Optional.empty()));
        while (marker.isPresent()) {
            VersionQuery query = new VersionQuery(
                    Bytes.EMPTY,
                    by,
                    marker.get().key(),
                    marker.get()
                            .version()
                            .map(version -> version.isNull()
                                    ? VersionSelector.NULL
                                    : new VersionSelector.Exactly(version.id())),
                    3);
            VersionPage page = expected.listVersions(bucket, query);
            assertThat(actual.listVersions(bucket, query)).as("%s", query).isEqualTo(page);
            marker = page.next();
        }
        Optional<UploadPage.Marker> upload = Optional.of(new UploadPage.Marker(Bytes.EMPTY, Optional.empty()));
        while (upload.isPresent()) {
            UploadQuery query = new UploadQuery(
                    Bytes.EMPTY, by, upload.get().key(), upload.get().upload(), 2);
            UploadPage page = expected.listUploads(bucket, query);
            assertThat(actual.listUploads(bucket, query)).as("%s", query).isEqualTo(page);
            upload = page.next();
        }
    }
}

package io.flywheel.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.Content;
import org.junit.jupiter.api.Test;

final class ExplanationTest {
    private final TestStore store = new TestStore();

    private Json explain(String key) {
        return Json.parse(store.explain("bucket=bucket&key=" + key).toString());
    }

    private static Json shard(Json explained, int at) {
        return explained.objects("blocks").getFirst().objects("shards").get(at);
    }

    private static Json copy(Json explained, int at) {
        return shard(explained, at).objects("disks").getFirst();
    }

    private void shouldRefuse(int status, String part, String query) {
        assertThatThrownBy(() -> store.explain(query))
                .isInstanceOfSatisfying(
                        AdminRefusal.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status))
                .hasMessageContaining(part);
    }

    @Test
    void shouldNameTheDiskOfEveryShard() {
        store.put("key");
        var explained = explain("key");
        assertThat(explained.truth("readable")).isTrue();
        assertThat(explained.number("remaining")).isEqualTo(2);
        var block = explained.objects("blocks").getFirst();
        assertThat(block.text("scheme")).isEqualTo("rs(4,2)");
        assertThat(block.objects("shards")).hasSize(6);
        assertThat(shard(explained, 3).text("role")).isEqualTo("data");
        assertThat(shard(explained, 4).text("role")).isEqualTo("parity");
        assertThat(copy(explained, 4).text("path")).isEqualTo("/d4");
        assertThat(copy(explained, 4).text("state")).isEqualTo("present");
        assertThat(copy(explained, 4).number("lengthBytes")).isEqualTo(TestStore.SHARD_BYTES);
        assertThat(explained.objects("losing"))
                .hasSize(6)
                .allSatisfy(disk -> assertThat(disk.number("remaining")).isEqualTo(1));
        var combination = explained.objects("unreadableWithout").getFirst();
        assertThat(combination.number("any")).isEqualTo(3);
        assertThat(combination.objects("of")).hasSize(6);
    }

    @Test
    void shouldTellMissingAndShortenedShardsFromAbsentDisks() {
        var block = store.put("key");
        store.deleteShard(block, 0, 0);
        store.deleteShard(block, 1, 1);
        store.putShard(block, 1, 1, 5);
        var explained = explain("key");
        assertThat(copy(explained, 0).text("state")).isEqualTo("missing");
        assertThat(copy(explained, 1).text("state")).isEqualTo("corrupt");
        assertThat(copy(explained, 1).text("detail")).contains("1500 bytes");
        assertThat(explained.number("remaining")).isZero();
        assertThat(explained.objects("losing"))
                .hasSize(4)
                .allSatisfy(disk -> assertThat(disk.truth("readable")).isFalse());
        assertThat(explained.objects("unreadableWithout").getFirst().number("any"))
                .isEqualTo(1);
        store.loseDisk(2);
        var lost = explain("key");
        assertThat(copy(lost, 2).text("state")).isEqualTo("disk absent");
        assertThat(lost.truth("readable")).isFalse();
        assertThat(lost.objects("unreadableWithout")).isEmpty();
    }

    @Test
    void shouldReadEveryByteWhereThatIsWanted() {
        var block = store.put("key");
        store.deleteShard(block, 2, 2);
        store.putShard(block, 2, 2, (byte) 1);
        assertThat(copy(explain("key"), 2).text("state")).isEqualTo("present");
        var verified = Json.parse(store.explain("bucket=bucket&key=key&verify").toString());
        assertThat(copy(verified, 2).text("state")).isEqualTo("corrupt");
        assertThat(copy(verified, 3).text("state")).isEqualTo("present");
        assertThat(verified.number("remaining")).isEqualTo(1);
    }

    @Test
    void shouldFindTheShardOfAMovingSlotOnEitherDisk() {
        var block = store.put("key");
        store.add(6);
        store.move(0, 6);
        var explained = explain("key");
        assertThat(shard(explained, 0).objects("disks"))
                .extracting(disk -> disk.text("path") + " " + disk.text("state"))
                .containsExactly("/d6 missing", "/d0 present");
        assertThat(explained.number("remaining")).isEqualTo(2);
        store.putShard(block, 0, 6, TestStore.SHARD_BYTES);
        var both = explain("key");
        assertThat(both.objects("losing"))
                .filteredOn(disk -> disk.text("path").equals("/d0"))
                .extracting(disk -> disk.number("remaining"))
                .containsExactly(2L);
    }

    @Test
    void shouldSayThatASmallObjectIsInTheNamespace() {
        store.put("tiny", new Content.Inline(Bytes.utf8("hi")), 2);
        var explained = explain("tiny");
        assertThat(explained.text("content")).isEqualTo("inline");
        assertThat(explained.objects("namespaceLog").getFirst().text("path")).isEqualTo("/d5");
        assertThat(explained.number("remaining")).isZero();
    }

    @Test
    void shouldShowAPageOfTheBlocks() {
        store.put("key");
        var explained = store.explain("bucket=bucket&key=key&first=1&limit=5");
        assertThat(explained.number("blockCount")).isEqualTo(1);
        assertThat(explained.objects("blocks")).isEmpty();
    }

    @Test
    void shouldSayWhatIsNotThere() {
        shouldRefuse(404, "no bucket 'other'", "bucket=other&key=key");
        shouldRefuse(404, "no object s3://bucket/a b", "bucket=bucket&key=a%20b");
        shouldRefuse(400, "no version id", "bucket=bucket&key=key&version-id=x");
        shouldRefuse(400, "'key' is missing", "bucket=bucket");
        shouldRefuse(400, "there is no parameter 'verfy'", "bucket=bucket&key=key&verfy");
        shouldRefuse(400, "given twice", "bucket=bucket&bucket=key");
        shouldRefuse(400, "true or false", "bucket=bucket&key=tiny&verify=perhaps");
    }
}

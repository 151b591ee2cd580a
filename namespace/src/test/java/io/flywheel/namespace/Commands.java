package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import io.flywheel.namespace.Command.CompleteUpload.ListedPart;
import io.flywheel.namespace.Command.Stamp;
import java.util.List;
import java.util.Optional;

/// Commands for tests, with what does not matter filled in. Each has its own request id.
final class Commands {
    static final AccountId ALICE = new AccountId("a1".repeat(32));
    static final AccountId BOB = new AccountId("b2".repeat(32));
    static final Attributes PLAIN = new Attributes(
            List.of(new Attributes.Header("content-type", "text/plain")), List.of(), List.of(), "STANDARD");
    static final String MD5 = "0123456789abcdef0123456789abcdef";

    private long requests;

    Stamp stamp(AccountId account) {
        return new Stamp(7, ++requests, 1_000_000 + requests * 1000, account);
    }

    Stamp stamp() {
        return stamp(ALICE);
    }

    Command createBucket(String bucket) {
        return new Command.CreateBucket(stamp(), bucket, "us-east-1");
    }

    Command versioning(String bucket, Versioning versioning) {
        return new Command.SetVersioning(stamp(), bucket, versioning);
    }

    Command put(String bucket, String key, String body) {
        return put(bucket, key, Condition.NONE, 0, new Content.Inline(Bytes.utf8(body)), body.length());
    }

    Command put(String bucket, String key, Condition condition) {
        return put(bucket, key, condition, 0, new Content.Inline(Bytes.utf8("x")), 1);
    }

    Command put(String bucket, String key, long lease, BlockId... blocks) {
        return put(bucket, key, Condition.NONE, lease, blocks(blocks), 10L * blocks.length);
    }

    Command put(String bucket, String key, Condition condition, long lease, Content content, long sizeBytes) {
        return new Command.PutObject(
                stamp(),
                bucket,
                Bytes.utf8(key),
                requests,
                lease,
                condition,
                sizeBytes,
                MD5,
                Optional.empty(),
                PLAIN,
                content);
    }

    static Content blocks(BlockId... blocks) {
        return new Content.Blocks(java.util.Arrays.stream(blocks)
                .map(id ->
                        new BlockRef(id, BlockRef.SINGLE_COPY, BlockRef.FIRST_SLOT, 10, 10, new long[] {id.counter()}))
                .toList());
    }

    Command delete(String bucket, String key) {
        return delete(bucket, key, VersionSelector.CURRENT);
    }

    Command delete(String bucket, String key, VersionSelector version) {
        return delete(bucket, key, version, Condition.NONE);
    }

    Command delete(String bucket, String key, VersionSelector version, Condition condition) {
        return new Command.DeleteObject(stamp(), bucket, Bytes.utf8(key), version, requests, condition);
    }

    Command createUpload(String bucket, String key, UploadId upload) {
        return new Command.CreateUpload(
                stamp(), bucket, Bytes.utf8(key), upload, PLAIN, Optional.empty(), ObjectChecksum.Type.FULL_OBJECT);
    }

    Command putPart(String bucket, String key, UploadId upload, long lease, Part part) {
        return new Command.PutPart(stamp(), bucket, Bytes.utf8(key), upload, lease, part);
    }

    static Part part(int number, long sizeBytes, String etag) {
        return part(number, sizeBytes, etag, new Content.Inline(Bytes.utf8("part " + number)));
    }

    static Part part(int number, long sizeBytes, String etag, Content content) {
        return new Part(number, sizeBytes, etag, Optional.empty(), 5, content);
    }

    Command complete(String bucket, String key, UploadId upload, Part... parts) {
        return new Command.CompleteUpload(
                stamp(),
                bucket,
                Bytes.utf8(key),
                upload,
                listed(parts),
                requests,
                Condition.NONE,
                Optional.empty(),
                Optional.empty());
    }

    static List<ListedPart> listed(Part... parts) {
        return java.util.Arrays.stream(parts)
                .map(part -> new ListedPart(part.number(), part.etag(), Optional.empty()))
                .toList();
    }

    Command abort(String bucket, String key, UploadId upload) {
        return new Command.AbortUpload(stamp(), bucket, Bytes.utf8(key), upload);
    }
}

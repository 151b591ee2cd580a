package io.flywheel.namespace;

import io.flywheel.base.BlockId;
import io.flywheel.base.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The strongly consistent service that knows what exists. Thread-safe. Reads are linearizable: they see every change
/// whose {@link #apply} returned before they began, and nothing that a crash could take back.
public interface Namespace extends AutoCloseable {
    /// What is stored cannot be read, because it is damaged or its disk fails: an operating error that every
    /// query may meet, and that nobody on its way can do anything about but answer that the service failed.
    /// From then on every change is refused as {@link Outcome.Refusal#UNAVAILABLE}; other queries go on. It is
    /// an exception because it is no answer to any of the questions.
    final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Unreadable(String what, Throwable cause) {
            super(what, cause);
        }
    }

    /// Decides and makes the change in one step, and returns once it is persistent. A command whose request id was
    /// seen recently gets the outcome of the first time. Never half done. One that is answered as
    /// {@link Outcome.Refusal#UNAVAILABLE} takes effect before any that is sent after that answer, or never.
    Outcome apply(Command command);

    /// The same for callers that must not wait: {@code done} hears the outcome once, on any thread, and must be short.
    ///
    /// @return false when too many commands wait already; then nothing happened
    boolean submit(Command command, Consumer<Outcome> done);

    /// The position of the latest change visible to reads; grows with every command.
    long position();

    Optional<Bucket> bucket(String name);

    /// The buckets of an account whose names begin with {@code prefix} and come after {@code after}, by name.
    List<Bucket> buckets(AccountId owner, String prefix, String after, int limit);

    Lookup lookup(String bucket, Bytes key, VersionSelector version);

    /// The same from memory only, for callers that must not wait; empty when it is not in memory.
    Optional<Lookup> peek(String bucket, Bytes key, VersionSelector version);

    ListPage list(String bucket, ListQuery query);

    VersionPage listVersions(String bucket, VersionQuery query);

    Optional<Upload> upload(UploadId id);

    UploadPage listUploads(String bucket, UploadQuery query);

    /// Parts of an upload with numbers above {@code after}, by number; of a completed one the parts it was completed
    /// with.
    List<Part> parts(UploadId id, int after, int limit);

    Optional<Part> part(UploadId id, int number);

    /// Where each part of a completed upload lies in the object; empty when there is no such upload.
    Optional<PartLayout> layout(UploadId id);

    /// What waits to be deleted, oldest first, after position {@code after}.
    List<Deletion> deletions(long after, int limit);

    /// Blocks that something references, or that wait to be deleted, in order, from {@code from} (inclusive) on.
    List<BlockId> blocks(BlockId from, int limit);

    /// Whether there are any of a copyset.
    default boolean hasBlocks(int copyset) {
        return blocks(new BlockId(copyset, 1, 0), 1).stream().anyMatch(block -> block.copyset() == copyset);
    }

    /// The same with what it takes to read each, as far as something still references it.
    List<StoredBlock> storedBlocks(BlockId from, int limit);

    /// Uploads in progress that began before {@code unixMillis}, over all buckets.
    List<Upload> uploadsBegunBefore(long unixMillis, int limit);

    @Override
    void close();
}

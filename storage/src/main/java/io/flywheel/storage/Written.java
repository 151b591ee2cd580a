package io.flywheel.storage;

import io.flywheel.shardstore.Persisted;
import io.flywheel.shardstore.Settled;
import io.flywheel.shardstore.ShardStore.Sealed;

/// What a write to a disk of a node came to. Only {@link Safe} may be acknowledged. To try again is safe after
/// each of them, under a new id: ids are never reused.
public sealed interface Written {
    /// It survives a crash.
    record Safe() implements Written {}

    /// It did not happen: as {@link Sealed.Full}.
    record Full() implements Written {}

    /// It did not happen: the disk takes no more writes.
    record Fenced(String reason) implements Written {}

    /// It did not happen: the copyset is at another epoch, of which the writer must learn first.
    ///
    /// @param epoch the lowest that the disk takes
    record Stale(int copyset, long epoch) implements Written {}

    /// It did not happen: the node was not reached, does not have the disk, or did not take the request.
    record NotDone(String reason) implements Written {}

    /// It may have happened, or may still happen: the answer was lost, or the disk failed before it was
    /// persistent.
    record Unknown(String reason) implements Written {}

    default boolean isSafe() {
        return this instanceof Safe;
    }

    /// The same in the words of {@link io.flywheel.shardstore.ShardStore}, which knows less.
    default Sealed sealed() {
        return switch (this) {
            case Safe() -> new Sealed.Accepted(new Settled(new Persisted.Safe()));
            case Full() -> new Sealed.Full();
            case Fenced(var reason) -> new Sealed.Fenced(reason);
            case Stale(int copyset, long epoch) ->
                new Sealed.Fenced("copyset " + copyset + " is at epoch " + epoch + " or later");
            case NotDone(var reason) -> new Sealed.Fenced(reason);
            case Unknown(var reason) -> new Sealed.Accepted(new Settled(new Persisted.Lost(reason)));
        };
    }

    /// Of the reply to a write.
    static Written of(Reply reply) {
        return switch (reply) {
            case Reply.Told(var answer) -> of(answer);
            case Reply.Untold(var reason, boolean mayHaveHappened) ->
                mayHaveHappened ? new Unknown(reason) : new NotDone(reason);
        };
    }

    private static Written of(ShardAnswer answer) {
        return switch (answer) {
            case ShardAnswer.Done() -> new Safe();
            case ShardAnswer.Full() -> new Full();
            case ShardAnswer.Fenced(var reason) -> new Fenced(reason);
            case ShardAnswer.Stale(int copyset, long epoch) -> new Stale(copyset, epoch);
            case ShardAnswer.NoSession(var reason) -> new NotDone(reason);
            case ShardAnswer.NoSuchDisk() -> new NotDone("the node does not have the disk");
            case ShardAnswer.Lost(var reason) -> new Unknown(reason);
            case ShardAnswer.Failed(var reason) -> new Unknown(reason);
            case ShardAnswer.Misused(var message) -> throw new IllegalArgumentException(message);
            default -> new Unknown("an answer that does not fit: " + answer);
        };
    }
}

package io.flywheel.namespace;

import static io.flywheel.base.Check.checkState;

import io.flywheel.namespace.Command.AbortUpload;
import io.flywheel.namespace.Command.CompleteUpload;
import io.flywheel.namespace.Command.CreateBucket;
import io.flywheel.namespace.Command.CreateUpload;
import io.flywheel.namespace.Command.DeleteBucket;
import io.flywheel.namespace.Command.DeleteObject;
import io.flywheel.namespace.Command.ForgetParts;
import io.flywheel.namespace.Command.OpenLease;
import io.flywheel.namespace.Command.PutObject;
import io.flywheel.namespace.Command.PutPart;
import io.flywheel.namespace.Command.Reclaimed;
import io.flywheel.namespace.Command.SetBucketTags;
import io.flywheel.namespace.Command.SetObjectTags;
import io.flywheel.namespace.Command.SetVersioning;
import io.flywheel.namespace.keyvalue.Changes;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredAnswer;
import io.flywheel.namespace.record.StoredBucket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The deterministic state machine over the tables. One caller applies; readers may look at {@link #bucket}
/// meanwhile.
final class StateMachine {
    private record Request(long high, long low) {}

    private final KeyValues tables;

    /// What every command asks for is kept in memory beside the tables; buckets are few.
    private final Map<String, StoredBucket> buckets = new ConcurrentHashMap<>();

    private final Map<String, Long> leases = new HashMap<>();
    private final Map<Long, String> openLeases = new HashMap<>();
    private final Map<Request, Long> answered = new HashMap<>();
    private final @Nullable Request[] answers = new Request[Rules.REMEMBERED];
    private volatile long position;

    StateMachine(KeyValues tables) {
        this.tables = tables;
        Rows rows = new Rows(tables);
        position = rows.number(Table.META, Keys.APPLIED, 0);
        tables.range(Table.BUCKETS, new byte[0], Keys.END).forEach((key, value) -> {
            StoredBucket bucket = Rows.decoded(value, Table.BUCKETS, StoredBucket::decode);
            buckets.put(bucket.bucket().name(), bucket);
        });
        tables.range(Table.LEASES, new byte[0], Keys.END)
                .forEach((key, value) -> opened(
                        new String(key, java.nio.charset.StandardCharsets.UTF_8),
                        Rows.decoded(value, Table.LEASES, Keys::number)));
        tables.range(Table.ANSWERS, new byte[0], Keys.END).forEach((key, value) -> {
            StoredAnswer answer = Rows.decoded(value, Table.ANSWERS, StoredAnswer::decode);
            answered(new Request(answer.requestHigh(), answer.requestLow()), answer.position());
        });
    }

    /// The position of the latest change that was written.
    long position() {
        return position;
    }

    /// Whether the tables were made from the log with this identity; new ones are from now on.
    boolean belongsTo(long log) {
        long known = new Rows(tables).number(Table.META, Keys.LOG, 0);
        if (known == 0) {
            Changes changes = new Changes(tables);
            changes.put(Table.META, Keys.LOG, Keys.number(log));
            tables.write(changes);
        }
        return known == 0 || known == log;
    }

    Optional<StoredBucket> bucket(String name) {
        return Optional.ofNullable(buckets.get(name));
    }

    /// Goes on to a position that no command has.
    void pass(long at) {
        checkState(at == position + 1, "positions follow one another");
        Changes changes = new Changes(tables);
        changes.put(Table.META, Keys.APPLIED, Keys.number(at));
        tables.write(changes);
        position = at;
    }

    /// Applies the commands at {@code first} and after it in one step; one outcome each.
    List<Outcome> apply(long first, List<Command> commands) {
        checkState(first == position + 1, "positions follow one another");
        Changes changes = new Changes(tables);
        List<Outcome> outcomes = new ArrayList<>(commands.size());
        long at = position;
        for (Command command : commands) {
            outcomes.add(apply(changes, ++at, command));
        }
        changes.put(Table.META, Keys.APPLIED, Keys.number(at));
        tables.write(changes);
        position = at;
        return outcomes;
    }

    private Outcome apply(Changes changes, long at, Command command) {
        Command.Stamp stamp = command.stamp();
        Request request = new Request(stamp.requestHigh(), stamp.requestLow());
        Long earlier = answered.get(request);
        if (earlier != null && earlier > at - Rules.REMEMBERED) {
            byte[] answer = changes.get(Table.ANSWERS, Keys.answer(earlier));
            if (answer == null) {
                throw new KeyValues.Broken("an answer that is remembered is not stored", null);
            }
            return Rows.decoded(answer, Table.ANSWERS, StoredAnswer::decode).outcome();
        }
        Step step = new Step(changes, at);
        Outcome outcome = decide(step, command);
        step.queueFreed();
        if (Rules.remembered(stamp) && !(outcome instanceof Outcome.Refused)) {
            answered(request, at);
            changes.put(
                    Table.ANSWERS,
                    Keys.answer(at),
                    new StoredAnswer(stamp.requestHigh(), stamp.requestLow(), at, Rules.abridged(outcome)).encode());
        }
        return outcome;
    }

    private void answered(Request request, long at) {
        int slot = (int) (at % Rules.REMEMBERED);
        Request overwritten = answers[slot];
        if (overwritten != null && answered.getOrDefault(overwritten, at) % Rules.REMEMBERED == slot) {
            answered.remove(overwritten);
        }
        answers[slot] = request;
        answered.merge(request, at, Math::max);
    }

    private Outcome decide(Step step, Command command) {
        return switch (command) {
            case CreateBucket create -> new BucketChanges(step, buckets).create(create);
            case DeleteBucket delete -> new BucketChanges(step, buckets).delete(delete);
            case SetVersioning set -> new BucketChanges(step, buckets).setVersioning(set);
            case SetBucketTags set -> new BucketChanges(step, buckets).setTags(set);
            case PutObject put ->
                in(put.bucket(), bucket -> objects(step, bucket).put(put));
            case DeleteObject delete ->
                in(delete.bucket(), bucket -> objects(step, bucket).delete(delete));
            case SetObjectTags set ->
                in(set.bucket(), bucket -> objects(step, bucket).setTags(set));
            case CreateUpload create ->
                in(create.bucket(), bucket -> uploads(step, bucket).create(create));
            case PutPart put -> in(put.bucket(), bucket -> uploads(step, bucket).putPart(put));
            case CompleteUpload complete ->
                in(complete.bucket(), bucket -> uploads(step, bucket).complete(complete));
            case AbortUpload abort ->
                in(abort.bucket(), bucket -> uploads(step, bucket).abort(abort));
            case OpenLease open -> {
                step.changes.put(Table.LEASES, Keys.text(open.holder()), Keys.number(step.position));
                opened(open.holder(), step.position);
                yield new Outcome.LeaseOpened(step.position);
            }
            case Reclaimed reclaimed -> step.reclaimed(reclaimed);
            case ForgetParts forget -> step.forgetParts(forget);
        };
    }

    private interface InBucket {
        Outcome decide(StoredBucket bucket);
    }

    private Outcome in(String name, InBucket body) {
        StoredBucket bucket = buckets.get(name);
        return bucket == null ? Rules.refused(Outcome.Refusal.NO_SUCH_BUCKET) : body.decide(bucket);
    }

    private ObjectChanges objects(Step step, StoredBucket bucket) {
        return new ObjectChanges(step, bucket, this::isOpen);
    }

    private UploadChanges uploads(Step step, StoredBucket bucket) {
        return new UploadChanges(step, bucket, this::isOpen);
    }

    private boolean isOpen(long lease) {
        return openLeases.containsKey(lease);
    }

    private void opened(String holder, long lease) {
        Long earlier = leases.put(holder, lease);
        if (earlier != null) {
            openLeases.remove(earlier);
        }
        openLeases.put(lease, holder);
    }
}

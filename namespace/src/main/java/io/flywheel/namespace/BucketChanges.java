package io.flywheel.namespace;

import io.flywheel.namespace.Outcome.Refusal;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredBucket;
import java.util.List;
import java.util.Map;

/// The commands that change buckets.
final class BucketChanges {
    private final Step step;
    private final Map<String, StoredBucket> buckets;

    BucketChanges(Step step, Map<String, StoredBucket> buckets) {
        this.step = step;
        this.buckets = buckets;
    }

    Outcome create(Command.CreateBucket create) {
        AccountId account = create.stamp().account();
        if (!Rules.validBucket(create.bucket())) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        StoredBucket existing = buckets.get(create.bucket());
        if (existing != null) {
            return Rules.refused(
                    existing.bucket().owner().equals(account)
                            ? Refusal.BUCKET_ALREADY_OWNED_BY_YOU
                            : Refusal.BUCKET_ALREADY_EXISTS);
        }
        long owned = owned(account);
        if (owned >= Rules.BUCKETS_MAX) {
            return Rules.refused(Refusal.TOO_MANY_BUCKETS);
        }
        Bucket bucket = new Bucket(
                create.bucket(),
                account,
                create.region(),
                create.stamp().unixMillis(),
                Versioning.UNVERSIONED,
                List.of());
        step.changes.put(Table.META, ownedKey(account), Keys.number(owned + 1));
        step.changes.put(Table.BUCKET_OWNERS, Keys.text(account.value(), create.bucket()), new byte[0]);
        put(new StoredBucket(step.position, bucket));
        return Step.DONE;
    }

    Outcome delete(Command.DeleteBucket delete) {
        StoredBucket found = buckets.get(delete.bucket());
        if (found == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        byte[] lower = Keys.number(found.id());
        byte[] upper = Keys.pastPrefix(lower);
        if (step.changes.first(Table.VERSIONS, lower, upper).isPresent()
                || step.changes.first(Table.UPLOAD_KEYS, lower, upper).isPresent()) {
            return Rules.refused(Refusal.BUCKET_NOT_EMPTY);
        }
        AccountId owner = found.bucket().owner();
        step.changes.put(Table.META, ownedKey(owner), Keys.number(owned(owner) - 1));
        step.changes.remove(Table.BUCKET_OWNERS, Keys.text(owner.value(), delete.bucket()));
        step.changes.remove(Table.BUCKETS, Keys.text(delete.bucket()));
        buckets.remove(delete.bucket());
        return Step.DONE;
    }

    Outcome setVersioning(Command.SetVersioning set) {
        StoredBucket found = buckets.get(set.bucket());
        if (found == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        if (set.versioning() == Versioning.UNVERSIONED) {
            return Rules.refused(Refusal.INVALID_REQUEST);
        }
        put(new StoredBucket(found.id(), found.bucket().withVersioning(set.versioning())));
        return Step.DONE;
    }

    Outcome setTags(Command.SetBucketTags set) {
        StoredBucket found = buckets.get(set.bucket());
        if (found == null) {
            return Rules.refused(Refusal.NO_SUCH_BUCKET);
        }
        put(new StoredBucket(found.id(), found.bucket().withTags(set.tags())));
        return Step.DONE;
    }

    private void put(StoredBucket bucket) {
        step.changes.put(Table.BUCKETS, Keys.text(bucket.bucket().name()), bucket.encode());
        buckets.put(bucket.bucket().name(), bucket);
    }

    private long owned(AccountId account) {
        return step.rows.number(Table.META, ownedKey(account), 0);
    }

    private static byte[] ownedKey(AccountId account) {
        return Keys.text("buckets of ", account.value());
    }
}

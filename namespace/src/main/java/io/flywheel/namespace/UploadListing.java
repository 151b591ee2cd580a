package io.flywheel.namespace;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.keyvalue.Cursor;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredUpload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The listing of uploads in progress: by key, then by when they began, then by id.
final class UploadListing {
    /// Terminator, beginning and upload.
    private static final int TAIL_BYTES = 26;

    private final KeyValues tables;
    private final Rows rows;

    UploadListing(KeyValues tables) {
        this.tables = tables;
        this.rows = new Rows(tables);
    }

    UploadPage list(StoredBucket bucket, UploadQuery query) {
        List<Upload> uploads = new ArrayList<>();
        List<Bytes> commonPrefixes = new ArrayList<>();
        Optional<UploadPage.Marker> last = Optional.empty();
        byte[] lower = start(bucket.id(), query);
        byte[] upper = Keys.pastPrefix(Keys.escaped(bucket.id(), query.prefix()));
        if (query.limit() <= 0 || Arrays.compareUnsigned(lower, upper) >= 0) {
            return new UploadPage(uploads, commonPrefixes, Optional.empty());
        }
        FolderExit folders = new FolderExit();
        try (Cursor cursor = tables.cursor(Table.UPLOAD_KEYS, lower, upper)) {
            boolean more = cursor.seek(lower);
            while (more) {
                byte[] row = cursor.key();
                Bytes key = Rows.decoded(row, Table.UPLOAD_KEYS, bytes -> Keys.unescaped(bytes, TAIL_BYTES));
                UploadId id = Rows.decoded(row, Table.UPLOAD_KEYS, Keys::uploadAtEnd);
                Optional<Bytes> common = Rules.commonPrefix(key, query.prefix(), query.delimiter());
                // One that ended since the cursor was made is left out.
                Optional<Upload> upload =
                        rows.upload(id).filter(StoredUpload::inProgress).map(StoredUpload::upload);
                if (upload.isPresent() || common.isPresent()) {
                    if (uploads.size() + commonPrefixes.size() == query.limit()) {
                        return new UploadPage(uploads, commonPrefixes, last);
                    }
                    common.ifPresentOrElse(commonPrefixes::add, () -> upload.ifPresent(uploads::add));
                    last = Optional.of(new UploadPage.Marker(
                            common.orElse(key), common.isPresent() ? Optional.empty() : Optional.of(id)));
                }
                more = common.isPresent()
                        ? folders.leave(cursor, Keys.escaped(bucket.id(), common.get()))
                        : cursor.next();
            }
        }
        return new UploadPage(uploads, commonPrefixes, Optional.empty());
    }

    private byte[] start(long bucket, UploadQuery query) {
        Bytes marker = query.keyMarker();
        byte[] beginning = Keys.escaped(bucket, query.prefix());
        if (marker.isEmpty()) {
            return beginning;
        }
        byte[] start;
        if (Rules.isCommonPrefix(marker, query.prefix(), query.delimiter())) {
            start = Keys.pastPrefix(Keys.escaped(bucket, marker));
        } else if (query.uploadMarker().isEmpty()
                || Rules.commonPrefix(marker, query.prefix(), query.delimiter()).isPresent()) {
            start = Keys.pastPrefix(Keys.terminated(bucket, marker));
        } else {
            // A marked upload that is forgotten shows the key's uploads once more.
            start = rows.upload(query.uploadMarker().get())
                    .map(found -> Keys.next(Keys.uploadKey(
                            bucket,
                            marker,
                            found.upload().begunMillis(),
                            found.upload().id())))
                    .orElseGet(() -> Keys.terminated(bucket, marker));
        }
        return Arrays.compareUnsigned(start, beginning) < 0 ? beginning : start;
    }
}

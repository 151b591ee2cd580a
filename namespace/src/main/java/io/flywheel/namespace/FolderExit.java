package io.flywheel.namespace;

import io.flywheel.namespace.keyvalue.Cursor;
import java.util.Arrays;

/// How one listing leaves the common prefixes ("folders") that it has named: a small one is walked, since a step is
/// cheaper than a seek, a large one is left by a seek to its end. After a large one the next few are taken to be large.
final class FolderExit {
    private static final int STEPS_BEFORE_SEEK = 2;
    private static final int SEEKS_BEFORE_STEPS = 16;

    private int seeksInARow;

    /// Goes to the first row that does not begin with {@code prefix}; false when there is none.
    boolean leave(Cursor cursor, byte[] prefix) {
        int steps = seeksInARow % SEEKS_BEFORE_STEPS == 0 ? STEPS_BEFORE_SEEK : 0;
        for (int step = 0; step < steps; step++) {
            if (!cursor.next()) {
                return false;
            }
            byte[] key = cursor.key();
            if (key.length < prefix.length || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                seeksInARow = 0;
                return true;
            }
        }
        seeksInARow++;
        return cursor.seek(Keys.pastPrefix(prefix));
    }
}

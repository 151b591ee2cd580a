package io.flywheel.shardstore;

import java.util.ArrayList;
import java.util.List;

/// A sorted run of entries on the disk, immutable. Compared by identity.
final class Table {
    private final Locator rootAt;
    private final TableRoot root;
    private final long bytes;

    Table(Locator rootAt, TableRoot root) {
        this.rootAt = rootAt;
        this.root = root;
        long sum = rootAt.frameBytes();
        for (int page = 0; page < root.pages(); page++) {
            sum += root.place(page).frameBytes();
        }
        this.bytes = sum;
    }

    Locator rootAt() {
        return rootAt;
    }

    TableRoot root() {
        return root;
    }

    ShardKey first() {
        return root.first();
    }

    ShardKey last() {
        return root.last();
    }

    /// Bytes of its frames.
    long bytes() {
        return bytes;
    }

    boolean overlaps(ShardKey from, ShardKey to) {
        return first().compareTo(to) <= 0 && last().compareTo(from) >= 0;
    }

    List<Locator> frames() {
        var frames = new ArrayList<Locator>();
        for (int page = 0; page < root.pages(); page++) {
            frames.add(root.place(page));
        }
        frames.add(rootAt);
        return frames;
    }

    boolean has(Locator page) {
        for (int index = 0; index < root.pages(); index++) {
            if (root.place(index).equals(page)) {
                return true;
            }
        }
        return false;
    }

    boolean isIn(int extent) {
        if (rootAt.extent() == extent) {
            return true;
        }
        for (int page = 0; page < root.pages(); page++) {
            if (root.place(page).extent() == extent) {
                return true;
            }
        }
        return false;
    }
}

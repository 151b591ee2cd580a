package io.flywheel.shardstore;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The pages of tables read last, decoded, some 10 KiB each. Each page falls to one set of a few slots, in which the
/// one that came first makes room: with one slot a page, pages that are always wanted would push each other out as
/// soon as a tenth of the cache is in use. A page never changes, and its place is never used again.
final class PageCache {
    private static final int SLOTS_OF_SET = 4;

    private final int ways;
    private final int sets;
    private final AtomicReferenceArray<@Nullable Cached> slots;

    private record Cached(Locator at, TablePage page) {}

    PageCache(int pages) {
        ways = Math.min(pages, SLOTS_OF_SET);
        sets = pages / ways;
        slots = new AtomicReferenceArray<>(sets * ways);
    }

    private int firstSlot(Locator at) {
        long mixed = (at.offsetBytes() >>> 6) * 0x9E3779B97F4A7C15L + at.extent() * 0xC2B2AE3D27D4EB4FL;
        return (int) Math.unsignedMultiplyHigh(mixed, sets) * ways;
    }

    @Nullable
    TablePage find(Locator at) {
        int first = firstSlot(at);
        for (int way = 0; way < ways; way++) {
            var cached = slots.get(first + way);
            if (cached != null && cached.at().equals(at)) {
                return cached.page();
            }
        }
        return null;
    }

    /// Two puts at once may lose one of the pages, which is then read again.
    void put(Locator at, TablePage page) {
        int first = firstSlot(at);
        for (int way = ways - 1; way > 0; way--) {
            slots.set(first + way, slots.get(first + way - 1));
        }
        slots.set(first, new Cached(at, page));
    }
}

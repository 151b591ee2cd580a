package io.flywheel.shardstore;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The pages of tables read last, decoded, some 10 KiB each. A slot is shared by the pages that fall to it; a page
/// never changes, and its place is never used again.
final class PageCache {
    private final AtomicReferenceArray<@Nullable Cached> slots;

    private record Cached(Locator at, TablePage page) {}

    PageCache(int pages) {
        slots = new AtomicReferenceArray<>(pages);
    }

    private int slot(Locator at) {
        long mixed = (at.offsetBytes() >>> 6) * 0x9E3779B97F4A7C15L + at.extent() * 0xC2B2AE3D27D4EB4FL;
        return (int) Math.unsignedMultiplyHigh(mixed, slots.length());
    }

    @Nullable
    TablePage find(Locator at) {
        var cached = slots.get(slot(at));
        return cached != null && cached.at().equals(at) ? cached.page() : null;
    }

    void put(Locator at, TablePage page) {
        slots.set(slot(at), new Cached(at, page));
    }
}

package io.flywheel.shardstore;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The entries of tables that follow one another without overlap, read page by page.
final class TableStream implements EntryStream {
    private final TableReader reader;
    private final List<Table> tables;
    private final ShardKey from;
    private int table;
    private int pageIndex;
    private @Nullable TablePage page;
    private int at;

    /// @param from entries before it are left out
    TableStream(TableReader reader, List<Table> tables, ShardKey from) {
        this.reader = reader;
        this.tables = tables;
        this.from = from;
        while (table < tables.size() && tables.get(table).last().compareTo(from) < 0) {
            table++;
        }
        pageIndex = table < tables.size() ? Math.max(0, tables.get(table).root().page(from)) : 0;
    }

    @Override
    public boolean next() {
        at++;
        while (page == null || at >= page.size()) {
            boolean isFirst = page == null;
            if (page != null) {
                pageIndex++;
                if (pageIndex >= tables.get(table).root().pages()) {
                    table++;
                    pageIndex = 0;
                }
            }
            if (table >= tables.size()) {
                return false;
            }
            page = reader.read(tables.get(table).root().place(pageIndex));
            at = isFirst ? page.ceiling(from) : 0;
        }
        return true;
    }

    private TablePage page() {
        return Objects.requireNonNull(page, "the stream is at an entry");
    }

    @Override
    public ShardKey key() {
        return page().key(at);
    }

    @Override
    public Entry entry() {
        return page().entry(at);
    }
}

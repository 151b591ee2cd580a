package io.flywheel.shardstore;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Writes the list of all extents and tables that a checkpoint ends with: pages in the log, each of which names the
/// one before.
final class CheckpointList {
    private static final int PAGE_BYTES_MAX = 256 << 10;

    private final PageLog pageLog;
    private final int pageBytes;

    CheckpointList(PageLog pageLog, int frameBytesMax) {
        this.pageLog = pageLog;
        this.pageBytes = Math.min(PAGE_BYTES_MAX, frameBytesMax);
    }

    /// False when there was no room for all.
    ///
    /// @param written takes the places of the pages, the last one last
    boolean write(Tables tables, List<CheckpointPage.ExtentState> states, Reserve.Kind kind, List<Locator> written) {
        int room = pageBytes - CheckpointPage.HEAD_BYTES;
        int statesPerPage = Math.max(1, room / CheckpointPage.EXTENT_BYTES);
        for (int at = 0; at < Math.max(1, states.size()); at += statesPerPage) {
            var some = states.subList(at, Math.min(states.size(), at + statesPerPage));
            if (!writePage(some, List.of(), kind, written)) {
                return false;
            }
        }
        var all = new ArrayList<CheckpointPage.TableState>();
        for (int level = 0; level < Tables.LEVELS; level++) {
            for (var table : tables.level(level)) {
                all.add(CheckpointPage.TableState.of(level, table));
            }
        }
        int tablesPerPage = Math.max(1, room / CheckpointPage.TABLE_BYTES);
        for (int at = 0; at < all.size(); at += tablesPerPage) {
            var some = all.subList(at, Math.min(all.size(), at + tablesPerPage));
            if (!writePage(List.of(), some, kind, written)) {
                return false;
            }
        }
        return true;
    }

    private boolean writePage(
            List<CheckpointPage.ExtentState> states,
            List<CheckpointPage.TableState> tables,
            Reserve.Kind kind,
            List<Locator> written) {
        var previous = written.isEmpty() ? Optional.<Locator>empty() : Optional.of(written.getLast());
        var payload = Payload.of(new CheckpointPage(previous, states, tables).encode());
        var place = pageLog.append(kind, Operation.PAGE, payload);
        if (place != null) {
            written.add(place);
        }
        return place != null;
    }
}

package io.flywheel.server.operate;

import java.util.ArrayList;
import java.util.List;

/// Rows of text in columns that are as wide as they must be. Columns whose heading begins with {@code >} are aligned to
/// the right; a column in which every cell is empty is left out.
final class Table {
    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();
    private final List<Boolean> right = new ArrayList<>();

    Table(String... headings) {
        var first = new ArrayList<String>();
        for (String heading : headings) {
            right.add(heading.startsWith(">"));
            first.add(heading.startsWith(">") ? heading.substring(1) : heading);
        }
        rows.add(first);
    }

    Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (var row : rows) {
            var line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int width = width(column);
                if (width > 0) {
                    String cell = row.get(column);
                    String blanks = " ".repeat(width - cell.length());
                    line.append(line.isEmpty() ? "" : GAP).append(right.get(column) ? blanks + cell : cell + blanks);
                }
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /// 0 for a column without content.
    private int width(int column) {
        boolean empty = rows.size() > 1
                && rows.subList(1, rows.size()).stream()
                        .allMatch(row -> row.get(column).isEmpty());
        return empty
                ? 0
                : rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}

package io.flywheel.server;

import io.flywheel.base.DiskId;
import io.flywheel.base.WholeFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the disks of the store are, or were when they were last open: for people who look for one that is absent. Kept
/// in a note, one line a disk: its name, a space, the path (with {@code %0A} for a line feed, {@code %25} for a percent
/// sign).
final class DiskFolders {
    private static final Logger LOG = LoggerFactory.getLogger(DiskFolders.class);
    private static final int BYTES_MAX = 1 << 20;

    private final WholeFile note;
    private final ConcurrentSkipListMap<DiskId, Path> folders = new ConcurrentSkipListMap<>();

    DiskFolders(WholeFile note) {
        this.note = note;
    }

    /// Takes what an earlier start noted for what is not known better.
    ///
    /// @param known the disks of the store
    void recall(Predicate<DiskId> known) {
        if (!(note.read(BYTES_MAX) instanceof WholeFile.Read.Whole(var bytes))) {
            return;
        }
        new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
            int space = line.indexOf(' ');
            try {
                DiskId disk = DiskId.parse(line.substring(0, Math.max(0, space)));
                if (known.test(disk)) {
                    String path = line.substring(space + 1);
                    folders.putIfAbsent(disk, Path.of(path.replace("%0A", "\n").replace("%25", "%")));
                }
            } catch (IllegalArgumentException e) {
                LOG.warn("the line '{}' about a disk's folder is left out: {}", line, e.getMessage());
            }
        });
    }

    /// Notes what is known now.
    void save() {
        var lines = new StringBuilder();
        folders.forEach((disk, path) -> lines.append(disk)
                .append(' ')
                .append(path.toString().replace("%", "%25").replace("\n", "%0A"))
                .append('\n'));
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= BYTES_MAX && !note.replace(bytes).done()) {
            LOG.warn("where the disks are cannot be noted");
        }
    }

    void put(DiskId disk, Path folder) {
        folders.put(disk, folder);
    }

    void remove(DiskId disk) {
        folders.remove(disk);
    }

    SortedMap<DiskId, Path> all() {
        return new TreeMap<>(folders);
    }
}

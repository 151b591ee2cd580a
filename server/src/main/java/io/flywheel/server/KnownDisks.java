package io.flywheel.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which folders held a disk of which store, remembered outside the disks: the only way to tell a new folder from one
/// whose disk is not mounted. A text file, one line a disk: the store, a space, the absolute path (with {@code %0A} for
/// a line feed, {@code %25} for a percent sign).
public final class KnownDisks {
    private static final Logger LOG = LoggerFactory.getLogger(KnownDisks.class);

    private final Optional<Path> file;

    private KnownDisks(Optional<Path> file) {
        this.file = file;
    }

    /// The list of this user: {@code known-disks} in FLYWHEEL_STATE_DIR, or else {@code flywheel} in XDG_STATE_HOME or
    /// {@code ~/.local/state}.
    public static KnownDisks of(Map<String, String> environment) {
        var own = variable(environment, "FLYWHEEL_STATE_DIR").map(Path::of);
        var state = variable(environment, "XDG_STATE_HOME").map(folder -> Path.of(folder, "flywheel"));
        var home = variable(environment, "HOME").map(folder -> Path.of(folder, ".local", "state", "flywheel"));
        return new KnownDisks(own.or(() -> state)
                .or(() -> home)
                .map(folder -> folder.toAbsolutePath().resolve("known-disks")));
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /// The store whose disk was last served from {@code path}.
    Optional<String> store(Path path) {
        try {
            return Optional.ofNullable(read().get(path.toString()));
        } catch (IOException e) {
            LOG.warn("the list of known disks {} cannot be read: {}", file.orElseThrow(), e.toString());
            return Optional.empty();
        }
    }

    /// Every folder that is on the list.
    public List<Path> paths() {
        try {
            return read().keySet().stream().map(Path::of).toList();
        } catch (IOException e) {
            LOG.warn("the list of known disks {} cannot be read: {}", file.orElseThrow(), e.toString());
            return List.of();
        }
    }

    /// Remembers that {@code path} holds a disk of {@code store}. A list that cannot be written is only worth a
    /// warning.
    void remember(Path path, String store) {
        if (store(path).equals(Optional.of(store))) {
            return;
        }
        try {
            change(disks -> {
                disks.put(path.toString(), store);
                return disks;
            });
        } catch (IOException | UncheckedIOException e) {
            LOG.warn(
                    "the list of known disks cannot be written, so a missing disk will look like a new one: {}",
                    e.toString());
        }
    }

    /// False when it was not known.
    boolean forget(Path path) {
        boolean known = store(path).isPresent();
        if (known) {
            try {
                change(disks -> {
                    disks.remove(path.toString());
                    return disks;
                });
            } catch (IOException e) {
                throw StartRefused.failure("the list of known disks cannot be written: " + e);
            }
        }
        return known;
    }

    private Map<String, String> read() throws IOException {
        var disks = new LinkedHashMap<String, String>();
        if (file.isEmpty()) {
            return disks;
        }
        List<String> lines;
        try {
            lines = Files.readAllLines(file.get());
        } catch (NoSuchFileException e) {
            return disks;
        }
        for (String line : lines) {
            int space = line.indexOf(' ');
            if (space > 0) {
                String path = line.substring(space + 1).replace("%0A", "\n").replace("%25", "%");
                disks.put(path, line.substring(0, space));
            }
        }
        return disks;
    }

    /// One process at a time; readers see the list before or after, never in between.
    private void change(UnaryOperator<Map<String, String>> change) throws IOException {
        if (file.isEmpty()) {
            throw new IOException("there is no home directory to keep it in; set FLYWHEEL_STATE_DIR");
        }
        Path list = file.get();
        Path folder = java.util.Objects.requireNonNull(list.getParent());
        Files.createDirectories(folder);
        try (var channel = FileChannel.open(
                folder.resolve("known-disks.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // Held until the channel is closed.
            channel.lock();
            var lines = new ArrayList<String>();
            change.apply(read())
                    .forEach((path, store) ->
                            lines.add(store + " " + path.replace("%", "%25").replace("\n", "%0A")));
            Path fresh = folder.resolve("known-disks.fresh");
            Files.write(fresh, lines);
            Files.move(fresh, list, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

package io.flywheel.namespace.rocks;

import io.flywheel.namespace.keyvalue.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;

/// A RocksDB in one folder and its checkpoints in another of the same file system.
public final class RocksHome implements Home {
    private final Path state;
    private final Checkpoints checkpoints;

    public RocksHome(Path state, Path checkpoints) {
        this.state = state;
        this.checkpoints = new Checkpoints(checkpoints);
    }

    @Override
    public Opened open() {
        if (isEmpty(state)) {
            return new Opened.Absent();
        }
        // Opening would make a new database where this file is missing.
        return Files.exists(state.resolve("CURRENT"))
                ? tryOpen("the tables in " + state)
                : new Opened.Damaged("the tables in " + state + " lack their file CURRENT");
    }

    @Override
    public Opened restore() {
        try {
            Optional<Path> checkpoint = checkpoints.newest();
            if (checkpoint.isEmpty()) {
                return new Opened.Absent();
            }
            if (!Files.exists(checkpoint.get().resolve("CURRENT"))) {
                return new Opened.Damaged("the checkpoint " + checkpoint.get() + " lacks its file CURRENT");
            }
            checkpoints.setAside(state);
            Checkpoints.restore(checkpoint.get(), state);
            return tryOpen("the checkpoint " + checkpoint.get());
        } catch (IOException e) {
            return new Opened.Damaged("the newest checkpoint cannot be restored: " + e);
        }
    }

    @Override
    public Opened create() {
        try {
            checkpoints.setAside(state);
            Files.createDirectories(state);
            return tryOpen("new tables in " + state);
        } catch (IOException e) {
            return new Opened.Damaged("no tables can be made in " + state + ": " + e);
        }
    }

    private Opened tryOpen(String what) {
        try {
            return new Opened.Open(RocksKeyValues.open(state, checkpoints));
        } catch (RocksDBException e) {
            return new Opened.Damaged(what + " cannot be opened: " + e.getMessage());
        }
    }

    private static boolean isEmpty(Path folder) {
        if (!Files.isDirectory(folder)) {
            return true;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }
}

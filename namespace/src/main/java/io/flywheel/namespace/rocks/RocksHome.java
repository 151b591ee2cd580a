package io.flywheel.namespace.rocks;

import io.flywheel.namespace.keyvalue.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A RocksDB in one folder and its checkpoints in another of the same file system.
public final class RocksHome implements Home {
    private static final Logger LOG = LoggerFactory.getLogger(RocksHome.class);

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
            Checkpoints.make(state);
            return tryOpen("new tables in " + state);
        } catch (IOException e) {
            return new Opened.Damaged("no tables can be made in " + state + ": " + e);
        }
    }

    @Override
    public OptionalLong checkpoint() {
        try {
            return checkpoints.position();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public boolean adopt(Home from) {
        if (!(from instanceof RocksHome other)) {
            return false;
        }
        try {
            return checkpoints.adopt(other.checkpoints);
        } catch (IOException e) {
            LOG.warn("the checkpoint of {} cannot be copied to {}: {}", other.state, state, e.toString());
            return false;
        }
    }

    @Override
    public void vacate() {
        try {
            Checkpoints.delete(state);
        } catch (IOException e) {
            LOG.warn("the tables in {} are not used any more and cannot be deleted: {}", state, e.toString());
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

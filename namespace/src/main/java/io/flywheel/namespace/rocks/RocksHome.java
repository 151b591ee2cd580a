package io.flywheel.namespace.rocks;

import io.flywheel.namespace.keyvalue.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
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
        return Files.exists(state.resolve("CURRENT")) ? tryOpen() : new Opened.Unusable("there is none in " + state);
    }

    @Override
    public Opened restore() {
        try {
            Optional<Path> checkpoint = checkpoints.newest();
            if (checkpoint.isPresent()) {
                Checkpoints.restore(checkpoint.get(), state);
            } else {
                Checkpoints.delete(state);
                Files.createDirectories(state);
            }
            return tryOpen();
        } catch (IOException e) {
            return new Opened.Unusable("it cannot be restored: " + e);
        }
    }

    private Opened tryOpen() {
        try {
            return new Opened.Open(RocksKeyValues.open(state, checkpoints));
        } catch (RocksDBException e) {
            return new Opened.Unusable("it cannot be opened: " + e.getMessage());
        }
    }
}

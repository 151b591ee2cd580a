package io.flywheel.server;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// What is asked for at one start only, on the command line.
///
/// @param withoutMajority whether to go on when fewer than a majority of the disks that hold the map or the
/// namespace are here, and lose what only the others have
/// @param slowDisks disks that are made so many times as slow, to see what the store makes of it
/// @param faults a file that says what else is wrong with disks, on purpose
record StartFlags(boolean withoutMajority, Map<Path, Integer> slowDisks, Optional<Path> faults) {
    StartFlags {
        slowDisks = Map.copyOf(slowDisks);
    }
}

package io.flywheel.namespace;

import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.namespace.rocks.RocksHome;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedInRocksTest extends NamespaceContract {
    @TempDir
    private Path folder = Path.of("");

    @Override
    Namespace create() {
        return RandomHistoriesTest.open(
                new SimulatedDisk(RandomHistoriesTest.GEOMETRY),
                new RocksHome(folder.resolve("state"), folder.resolve("checkpoints")),
                new ThreadTasks(),
                new SeededRandom(1));
    }
}

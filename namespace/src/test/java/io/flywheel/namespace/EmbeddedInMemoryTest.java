package io.flywheel.namespace;

import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.namespace.keyvalue.MemoryHome;

class EmbeddedInMemoryTest extends NamespaceContract {
    @Override
    Namespace create() {
        return RandomHistoriesTest.open(
                new SimulatedDisk(RandomHistoriesTest.GEOMETRY),
                new MemoryHome(),
                new ThreadTasks(),
                new SeededRandom(1));
    }
}

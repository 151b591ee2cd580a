package io.flywheel.namespace;

import io.flywheel.base.Clock;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.Random;
import io.flywheel.base.Tasks;
import io.flywheel.base.real.SystemClock;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.namespace.keyvalue.Home;
import java.util.Optional;
import java.util.UUID;

/// Opens namespaces of stores of one disk.
final class OneDisk {
    static final DiskId DISK = new DiskId(new UUID(1, 1));

    private OneDisk() {}

    static EmbeddedNamespace.Opened open(
            Disk log, Home home, Simulation simulation, EmbeddedNamespace.Options options, boolean make) {
        return open(log, home, simulation.tasks(), simulation.clock(), simulation.random(), options, make);
    }

    static EmbeddedNamespace.Opened open(
            Disk log, Home home, Tasks tasks, Random random, EmbeddedNamespace.Options options, boolean make) {
        return open(log, home, tasks, new SystemClock(), random, options, make);
    }

    /// Brings the model to where the namespace is after a start, which takes a position itself unless it made
    /// the log.
    ///
    /// @param unknown the command before the start, of which it is not known whether it was carried out
    static void follow(ModelNamespace model, Namespace started, Histories histories, Optional<Command> unknown) {
        if (unknown.isPresent() && started.position() == model.position() + 2) {
            histories.happened(unknown.get(), model.apply(unknown.get()));
        }
        while (model.position() < started.position()) {
            model.pass();
        }
    }

    private static EmbeddedNamespace.Opened open(
            Disk log,
            Home home,
            Tasks tasks,
            Clock clock,
            Random random,
            EmbeddedNamespace.Options options,
            boolean make) {
        return EmbeddedNamespace.open(
                new NamespaceDisk(DISK, log, home),
                make,
                new EmbeddedNamespace.Surroundings(tasks, clock, random),
                options);
    }
}

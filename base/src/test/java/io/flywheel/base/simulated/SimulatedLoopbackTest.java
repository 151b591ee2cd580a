package io.flywheel.base.simulated;

import io.flywheel.base.Loopback;
import io.flywheel.base.TransportContract;

/// The loopback among simulated tasks.
class SimulatedLoopbackTest extends TransportContract {
    @Override
    protected void inTask(Body body) {
        for (long seed = 1; seed <= 30; seed++) {
            var simulation = new Simulation(seed);
            simulation.run(() -> {
                var loopback = new Loopback(simulation.tasks(), simulation.clock());
                body.run(new World(simulation.tasks(), loopback.as(CALLER), loopback.as(NODE)));
            });
        }
    }
}

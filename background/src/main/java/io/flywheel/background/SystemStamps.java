package io.flywheel.background;

import io.flywheel.base.Clock;
import io.flywheel.base.Random;
import io.flywheel.namespace.Command;
import io.flywheel.objects.WriteLease;

/// Stamps the commands that no client asked for.
public record SystemStamps(Clock clock, Random random) {
    public Command.Stamp next() {
        return new Command.Stamp(random.nextLong(), random.nextLong(), clock.unixMillis(), WriteLease.SYSTEM);
    }
}

package io.flywheel.base;

import java.util.UUID;

/// Names a fleet for ever: what is of one fleet refuses to talk to what is of another.
public record FleetId(UUID uuid) {
    /// A new name.
    public static FleetId draw(Random random) {
        return new FleetId(new UUID(random.nextLong(), random.nextLong()));
    }

    @Override
    public String toString() {
        return uuid.toString();
    }
}

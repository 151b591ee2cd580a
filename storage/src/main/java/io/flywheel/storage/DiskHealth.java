package io.flywheel.storage;

import java.util.List;

/// How a disk of a node is.
///
/// @param fenced why it takes no more writes; empty while it does
/// @param damage what its start found broken, at most {@link #DAMAGE_MAX} lines
/// @param heat the load on it
public record DiskHealth(String fenced, List<String> damage, DiskHeat heat) {
    public static final int DAMAGE_MAX = 32;

    public DiskHealth {
        damage = List.copyOf(damage.size() > DAMAGE_MAX ? damage.subList(0, DAMAGE_MAX) : damage);
    }

    public boolean takesWrites() {
        return fenced.isEmpty();
    }
}

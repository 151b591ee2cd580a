package io.flywheel.loadtest.command;

import io.flywheel.loadtest.pack.Pack;
import java.util.List;

/// The packs that are built in.
final class Packs {
    private Packs() {}

    static List<Pack> all() {
        return List.of();
    }
}

package io.flywheel.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One side of a comparison.
///
/// @param warmsUp whether rounds are thrown away first; not where another side runs the same code
record Side(String name, Round round, boolean warmsUp) {
    private static final double WARM_UP_CPU_SECONDS = 16;
    private static final double WARM_UP_SECONDS_MAX = 24;

    Side(String name, Round round) {
        this(name, round, true);
    }

    /// Runs one round.
    interface Round {
        Sample run() throws Exception;
    }

    /// Runs the sides in turns (A B A B …), so that what drifts drifts for all of them.
    static Map<String, List<Sample>> alternate(List<Side> sides, int rounds) throws Exception {
        for (var side : sides) {
            if (side.warmsUp()) {
                side.warmUp();
            }
        }
        var samples = new LinkedHashMap<String, List<Sample>>();
        for (int round = 0; round < rounds; round++) {
            for (var side : sides) {
                samples.computeIfAbsent(side.name(), _ -> new ArrayList<>())
                        .add(side.round().run());
            }
        }
        return samples;
    }

    /// Rounds that are thrown away, until the side has had the time to compile what is hot: CPU time, since others may
    /// use the cores too.
    private void warmUp() throws Exception {
        double cpuSeconds = 0;
        double wallSeconds = 0;
        while (cpuSeconds < WARM_UP_CPU_SECONDS && wallSeconds < WARM_UP_SECONDS_MAX) {
            var sample = round.run();
            cpuSeconds += sample.cpuSeconds();
            wallSeconds += sample.wallSeconds();
        }
    }
}

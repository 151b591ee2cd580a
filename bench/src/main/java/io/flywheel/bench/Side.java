package io.flywheel.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One side of a comparison.
record Side(String name, Round round) {
    /// Runs one round.
    interface Round {
        Sample run() throws Exception;
    }

    /// Runs the sides in turns (A B A B …), so that what drifts drifts for all of them.
    ///
    /// @param warmUps rounds of each that are thrown away
    static Map<String, List<Sample>> alternate(List<Side> sides, int warmUps, int rounds) throws Exception {
        var samples = new LinkedHashMap<String, List<Sample>>();
        for (int round = -warmUps; round < rounds; round++) {
            for (var side : sides) {
                var sample = side.round().run();
                if (round >= 0) {
                    samples.computeIfAbsent(side.name(), _ -> new ArrayList<>()).add(sample);
                }
            }
        }
        return samples;
    }
}

package io.flywheel.shardstore.checks;

import java.util.List;

/// Everything that decides what happens in one run.
record History(Config config, List<Op> ops) {
    History {
        ops = List.copyOf(ops);
    }

    /// The statement that runs it again, for a test.
    String code() {
        var out = new StringBuilder("Histories.replay(\n        ").append(Code.of(config));
        ops.forEach(op -> out.append(",\n        ").append(Code.of(op)));
        return out.append(");").toString();
    }
}

package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.runfile.Section;
import java.util.List;

/// Built-in transactions: `pack = NAME` in a run file chooses it, the section NAME configures it.
public interface Pack {
    /// All that there are.
    static List<Pack> builtIn() {
        return List.of(new S3Pack(), new HttpPack());
    }

    /// What a run file says of it, read and checked.
    interface Configured {
        /// The names of its transactions.
        List<String> transactions();

        /// What it would do, for `loadtest check`: one line each, without sending anything.
        List<String> explanation();

        /// For one process of a run.
        Workload workload(Run run);

        /// Gives back what a process left that ended before it could.
        ///
        /// @param run its run
        /// @return what could not be given back, in words
        default List<String> removeLeftovers(Run run) {
            return List.of();
        }
    }

    String name();

    /// Reads its section. What is wrong is noted there, and the result is not used then.
    Configured read(Section section);
}

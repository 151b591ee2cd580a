package io.flywheel.loadtest.fleet;

import io.flywheel.base.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

/// What an agent does in its life: takes part in a run, and where the controller says that more follow, as in a search
/// for a capacity, in the next one.
public final class AgentSession {
    private static final String RUN = "run";

    private final Path run;
    private final Function<Optional<String>, FleetAgent> agents;
    private final AtomicReference<FleetAgent> current;

    /// @param name no other process ever has it
    /// @param folder where the files of runs are put; its own
    public AgentSession(
            Clock clock,
            InetSocketAddress controller,
            JoinToken token,
            String name,
            Path folder,
            Loading loading,
            Consumer<String> log) {
        this.run = folder.resolve(RUN);
        this.agents = before -> new FleetAgent(clock, controller, token, name, run, loading, log, before);
        this.current = new AtomicReference<>(agents.apply(Optional.empty()));
    }

    /// Hands over its share, sends what it has counted, cleans up and goes. From any thread.
    public void stop() {
        current.get().stop();
    }

    /// Takes part until there is nothing more to take part in.
    ///
    /// @return why it could not take part to the end in the last one; empty when it could
    public String take() throws InterruptedException, IOException {
        String last = "";
        while (true) {
            var agent = current.get();
            String why = agent.take();
            delete(run);
            var before = agent.comesAgainAfter();
            if (before.isEmpty()) {
                return why.isEmpty() && !agent.hasJoined() ? last : why;
            }
            last = why;
            var next = agents.apply(before);
            current.set(next);
            if (agent.isStopped()) {
                // It was meant for this one.
                next.stop();
            }
        }
    }

    /// With all that is in it.
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

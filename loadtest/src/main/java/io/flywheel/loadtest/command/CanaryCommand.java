package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.canary.Canary;
import io.flywheel.loadtest.canary.CanaryPages;
import io.flywheel.loadtest.canary.Watch;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `loadtest canary FILE`.
@Command(
        name = "canary",
        description = {
            "Runs transactions for ever, each by its own schedule, alarms when they fail and when they recover.",
            "Its section 'canary' says how; the load says nothing here. Ctrl-C and SIGTERM clean up and end it."
        },
        mixinStandardHelpOptions = true)
final class CanaryCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private RunFileOption option = new RunFileOption();

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var line = Objects.requireNonNull(spec).commandLine();
        return RunFileOption.reporting(line.getErr(), () -> {
            var loaded = option.load();
            var section = loaded.run().canary();
            var watched = loaded.run().watched(loaded.source().names());
            var clock = new SystemClock();
            java.util.function.Consumer<String> log = text -> {
                line.getErr().println(clock.now() + " " + text);
                line.getErr().flush();
            };
            try (var watch = new Watch(section, loaded.run().target(), log);
                    var pages = new CanaryPages(section.listen(), watch)) {
                line.getOut()
                        .println("canary at " + loaded.run().target() + ": "
                                + String.join(", ", watched) + "; http://"
                                + pages.address().getHostString() + ":"
                                + pages.address().getPort()
                                + " has /health, /live and /metrics");
                line.getOut().flush();
                var canary = new Canary(clock, loaded.run(), loaded.source(), watch, log);
                try (var _ = new StopOnSignal(canary::stop)) {
                    canary.run();
                }
                return 0;
            } catch (IOException e) {
                return RunFileOption.say(
                        line.getErr(), List.of("canary.listen: nobody can listen at " + section.listen() + ": " + e));
            }
        });
    }
}

package io.flywheel.loadtest.command;

import io.flywheel.base.real.SystemClock;
import io.flywheel.loadtest.canary.Canary;
import io.flywheel.loadtest.canary.CanaryPages;
import io.flywheel.loadtest.canary.Pulse;
import io.flywheel.loadtest.canary.Watch;
import io.flywheel.loadtest.fleet.Loading;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
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
final class CanaryCommand extends RunFileCommand {
    @Override
    int run(CommandLine line, Loading.Loaded loaded) throws Exception {
        var section = loaded.run().canary();
        String target = loaded.run().target();
        var watched = loaded.run().watched(loaded.source().names());
        var clock = new SystemClock();
        Consumer<String> log = text -> log(line.getErr(), clock.now() + " " + text);
        var pulse = new Pulse(clock);
        try (var watch = new Watch(section, target, watched, clock, log)) {
            var pages = new CanaryPages(section.listen(), watch, pulse);
            var canary = new Canary(clock, loaded.run(), loaded.source(), watch, pulse, log);
            // Outermost: the process ends when it is closed, and the webhook may have to be told something.
            try (var _ = new StopOnSignal(canary::stop);
                    watch;
                    pages) {
                line.getOut()
                        .println("canary at " + target + ": " + String.join(", ", watched) + "; http://"
                                + pages.address().getHostString() + ":"
                                + pages.address().getPort() + " has /health, /live, /ready and /metrics");
                line.getOut().flush();
                canary.run();
            }
            return 0;
        } catch (IOException e) {
            return RunFileOption.say(
                    line.getErr(), List.of("canary.listen: nobody can listen at " + section.listen() + ": " + e));
        }
    }
}

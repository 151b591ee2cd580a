package io.flywheel.loadtest.command;

import io.flywheel.loadtest.fleet.Loading;
import io.flywheel.loadtest.runfile.Explanation;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `loadtest check FILE`.
@Command(
        name = "check",
        description = "Says what a run would do, or what is wrong with its file. Sends nothing.",
        mixinStandardHelpOptions = true)
final class CheckCommand extends RunFileCommand {
    @Override
    int run(CommandLine line, Loading.Loaded loaded) {
        Explanation.of(loaded.run(), loaded.source().names()).forEach(line.getOut()::println);
        line.getOut().flush();
        var problems = loaded.source().examine();
        return problems.isEmpty() ? 0 : RunFileOption.say(line.getErr(), problems);
    }
}

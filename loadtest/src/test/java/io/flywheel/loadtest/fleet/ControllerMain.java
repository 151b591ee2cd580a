package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.command.LoadtestCommand;
import picocli.CommandLine;

/// `loadtest` as a process of its own.
final class ControllerMain {
    private ControllerMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LoadtestCommand()).execute(arguments));
    }
}

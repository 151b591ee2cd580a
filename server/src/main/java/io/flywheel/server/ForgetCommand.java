package io.flywheel.server;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Takes disks off the list of known ones, so that a new store may begin in an empty folder of the same name. Touches
/// no data.
@Command(
        name = "forget",
        description = "Forgets a disk that is gone for good, so that a new store may begin in its place.",
        mixinStandardHelpOptions = true)
final class ForgetCommand implements Callable<Integer> {
    @Spec
    private @org.jspecify.annotations.Nullable CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "DIR", description = "The disks.")
    private List<Path> directories = List.of();

    @Override
    public Integer call() {
        var error = java.util.Objects.requireNonNull(spec).commandLine().getErr();
        var known = KnownDisks.of(System.getenv());
        for (Path directory : directories) {
            Path path = DiskDirectory.absolute(directory);
            error.println("flywheel: " + path + (known.forget(path) ? " is forgotten" : " was not known"));
        }
        return ExitCode.STOPPED.number();
    }
}

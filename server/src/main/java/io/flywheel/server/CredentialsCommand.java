package io.flywheel.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Shows generated root credentials again, to whoever may read their file.
@Command(
        name = "credentials",
        description = "Shows the root credentials that were generated at the first start.",
        mixinStandardHelpOptions = true)
final class CredentialsCommand implements Callable<Integer> {
    @Spec
    private @org.jspecify.annotations.Nullable CommandSpec spec;

    @Option(names = "--address", paramLabel = "HOST:PORT", description = "The server's address in the profile.")
    private String address = "127.0.0.1:9000";

    @Option(names = "--region", paramLabel = "REGION", description = "The region in the profile.")
    private String region = "us-east-1";

    @Parameters(arity = "1..*", paramLabel = "DIR", description = "The store's disks; the first that has them answers.")
    private List<Path> directories = List.of();

    @Override
    public Integer call() {
        var command = java.util.Objects.requireNonNull(spec).commandLine();
        String endpoint;
        try {
            endpoint = "http://" + ListenAddress.parse(address);
            Configuration.region(region);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, String.valueOf(e.getMessage()), e);
        }
        for (Path directory : directories) {
            Optional<RootCredentials> found = RootCredentials.read(directory);
            if (found.isPresent()) {
                command.getOut().print(found.get().profile(endpoint, region));
                command.getOut().flush();
                return ExitCode.STOPPED.number();
            }
        }
        throw StartRefused.failure("no generated credentials in "
                + String.join(", ", directories.stream().map(Path::toString).toList())
                + ": the server has not been started there yet, or gets them from FLYWHEEL_ROOT_ACCESS_KEY and"
                + " FLYWHEEL_ROOT_SECRET_KEY");
    }
}

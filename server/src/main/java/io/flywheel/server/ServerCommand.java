package io.flywheel.server;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Serves S3 from the disks that are named.
@Command(
        name = "server",
        description = "Serves S3 from one disk or several.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServerCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            description = "Where to listen (127.0.0.1:9000); port 0 picks a free one.")
    private @Nullable String address;

    @Option(names = "--region", paramLabel = "REGION", description = "The region to answer for (us-east-1).")
    private @Nullable String region;

    @Option(
            names = "--domain",
            paramLabel = "NAME",
            description = "Serves BUCKET.NAME as the bucket BUCKET; may be repeated.")
    private List<String> domains = List.of();

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "The certificate chain, PEM: serves https.")
    private @Nullable String tlsCert;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key, PEM.")
    private @Nullable String tlsKey;

    @Option(names = "--config", paramLabel = "FILE", description = "More settings; the options here override them.")
    private @Nullable Path config;

    @Option(
            names = "--start-without-majority",
            description = "Starts from the newest copies at hand when most disks that keep the map or the namespace"
                    + " are lost for good. What only those had is lost.")
    private boolean withoutMajority;

    @Option(
            names = "--slow-disk",
            paramLabel = "DIR=TIMES",
            description = "Makes a disk so many times as slow, to see what the store makes of it; may be repeated.")
    private Map<Path, Integer> slowDisks = Map.of();

    @Option(
            names = "--faults",
            paramLabel = "FILE",
            description = "Makes disks slow, full, failing or hung as the file says, which is read again when it"
                    + " changes; to see what the store makes of it.")
    private @Nullable Path faults;

    @Parameters(
            arity = "1..*",
            paramLabel = "DIR",
            description = "Folders, each of them a disk; made for a new store. Their order means nothing.")
    private List<Path> directories = List.of();

    @Override
    public Integer call() throws Exception {
        var configuration = Configuration.of(Optional.ofNullable(config), flags());
        var credentials = RootCredentials.of(System.getenv());
        var output = command().getOut();
        ServerProcess.run(configuration, startFlags(), credentials, directories, System.getenv(), output);
        return ExitCode.STOPPED.number();
    }

    private StartFlags startFlags() {
        var slow = new HashMap<Path, Integer>();
        var paths = directories.stream().map(DiskDirectory::absolute).toList();
        slowDisks.forEach((directory, times) -> {
            Path path = DiskDirectory.absolute(directory);
            if (!paths.contains(path)) {
                throw usage("--slow-disk: " + directory + " is none of the disks that are named");
            }
            if (times < 1 || times > 1_000_000) {
                throw usage("--slow-disk: " + times + " times is not between 1 and 1000000");
            }
            slow.put(path, times);
        });
        if (!slow.isEmpty() && faults != null) {
            throw usage("--slow-disk and --faults do not go together: write 'slow=TIMES DIR' into the file");
        }
        return new StartFlags(withoutMajority, slow, Optional.ofNullable(faults));
    }

    private Map<ConfigurationKey, Object> flags() {
        var flags = new EnumMap<ConfigurationKey, Object>(ConfigurationKey.class);
        flag(
                flags,
                ConfigurationKey.ADDRESS,
                "--address",
                address,
                text -> ListenAddress.parse(text).toString());
        flag(flags, ConfigurationKey.REGION, "--region", region, Configuration::region);
        flag(flags, ConfigurationKey.TLS_CERT, "--tls-cert", tlsCert, UnaryOperator.identity());
        flag(flags, ConfigurationKey.TLS_KEY, "--tls-key", tlsKey, UnaryOperator.identity());
        if ((tlsCert == null) != (tlsKey == null) && config == null) {
            throw usage("--tls-cert and --tls-key go together");
        }
        if (!domains.isEmpty()) {
            for (String domain : domains) {
                checked("--domain", domain, Configuration::domain);
            }
            flags.put(ConfigurationKey.DOMAINS, domains);
        }
        return flags;
    }

    private void flag(
            Map<ConfigurationKey, Object> flags,
            ConfigurationKey key,
            String name,
            @Nullable String value,
            UnaryOperator<String> check) {
        if (value != null) {
            flags.put(key, checked(name, value, check));
        }
    }

    private String checked(String name, String value, UnaryOperator<String> check) {
        try {
            return check.apply(value);
        } catch (IllegalArgumentException e) {
            throw usage(name + ": " + e.getMessage());
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(command(), message);
    }

    private picocli.CommandLine command() {
        return Objects.requireNonNull(spec).commandLine();
    }
}

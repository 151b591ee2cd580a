package io.flywheel.server.operate;

import io.flywheel.server.DiskDirectory;
import io.flywheel.server.ExitCode;
import io.flywheel.server.KnownDisks;
import io.flywheel.server.RootCredentials;
import io.flywheel.server.StartRefused;
import io.flywheel.server.admin.Json;
import io.flywheel.server.admin.ServerFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which server a command asks, and as whom.
///
/// In this order: what {@code --server} names; the server that has one of the folders that the command names; the
/// endpoint of {@code --profile}; the only server of this user that is running.
final class ServerChoice {
    private static final int REACHABLE_MILLIS = 1000;

    private final Map<String, String> environment = System.getenv();

    @Option(
            names = "--server",
            paramLabel = "URL|DIR",
            description =
                    "The server to ask: its address, or one of its disks. By default the only one that runs here.")
    private @Nullable String server;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "Whose credentials (and endpoint_url) to use, from ~/.aws.")
    private @Nullable String profile;

    @Option(names = "--region", paramLabel = "REGION", description = "The server's region, with a URL (us-east-1).")
    private @Nullable String region;

    @Option(names = "--ca", paramLabel = "FILE", description = "Certificates to trust, PEM, with an https URL.")
    private @Nullable Path ca;

    /// A server of this host, and the disk by which it was found.
    private record Found(ServerFile file, Path disk) {}

    /// Whether a word names a server by its address.
    static boolean isUrl(String text) {
        return text.startsWith("http://") || text.startsWith("https://");
    }

    /// @param folders that the command names, perhaps disks of the server
    /// @throws StartRefused when there is no server, more than one, or no credentials
    Connection connect(List<Path> folders) {
        if (server != null) {
            return isUrl(server) ? ofUrl(server) : ofFolder(DiskDirectory.absolute(Path.of(server)));
        }
        for (Path folder : folders) {
            var found = running(DiskDirectory.absolute(folder));
            if (found.isPresent()) {
                return ofFile(found.get());
            }
        }
        if (profile != null) {
            String endpoint = new Profiles(environment).settings(profile).getOrDefault("endpoint_url", "");
            if (isUrl(endpoint)) {
                return ofUrl(endpoint);
            }
        }
        return onlyOne(folders);
    }

    /// A server by its address.
    Connection ofUrl(String url) {
        URI endpoint;
        try {
            endpoint = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw StartRefused.configuration("'" + url + "' is no URL: " + e.getMessage());
        }
        if (endpoint.getHost() == null
                || endpoint.getRawQuery() != null
                || !(endpoint.getRawPath().isEmpty() || endpoint.getRawPath().equals("/"))) {
            throw StartRefused.configuration("'" + url + "' is no address of a server: http://HOST:PORT is wanted");
        }
        return new Connection(
                endpoint, region(), credentials(Optional.empty()), Optional.empty(), Optional.ofNullable(ca));
    }

    private Connection ofFolder(Path folder) {
        return ofFile(running(folder)
                .orElseThrow(() ->
                        new StartRefused(ExitCode.NOT_RUNNING, "no server is running that has the disk " + folder)));
    }

    private Connection ofFile(Found found) {
        var file = found.file();
        return new Connection(
                URI.create(file.endpoint()),
                region == null ? file.region() : region,
                credentials(Optional.of(found)),
                Optional.of(file.store()),
                ca == null ? file.certificate() : Optional.of(ca));
    }

    /// The server that says it has this disk, and answers.
    private static Optional<Found> running(Path disk) {
        return ServerFile.read(disk)
                .filter(file -> answers(URI.create(file.endpoint())))
                .map(file -> new Found(file, disk));
    }

    private static boolean answers(URI endpoint) {
        try (var socket = new Socket()) {
            int port = endpoint.getPort() >= 0
                    ? endpoint.getPort()
                    : endpoint.getScheme().equals("https") ? 443 : 80;
            socket.connect(
                    new InetSocketAddress(endpoint.getHost().replaceAll("[\\[\\]]", ""), port), REACHABLE_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// The only server of this user; of the fleet that the folders belong to, where they belong to one.
    private Connection onlyOne(List<Path> folders) {
        var fleets = folders.stream()
                .flatMap(folder -> store(folder).stream())
                .distinct()
                .toList();
        var servers = new LinkedHashMap<String, Found>();
        for (Path disk : KnownDisks.of(environment).paths()) {
            running(disk)
                    .filter(found ->
                            fleets.isEmpty() || fleets.contains(found.file().store()))
                    .ifPresent(found -> servers.putIfAbsent(found.file().endpoint(), found));
        }
        if (servers.size() == 1) {
            return ofFile(servers.values().iterator().next());
        }
        if (servers.isEmpty()) {
            throw new StartRefused(
                    ExitCode.NOT_RUNNING,
                    "no server of this user is running here"
                            + (fleets.isEmpty() ? "" : " with the store " + String.join(" or ", fleets))
                            + "; name one by --server=URL or --server=DIR");
        }
        var list = new ArrayList<String>();
        servers.forEach((endpoint, found) -> list.add(endpoint + " with " + found.disk()));
        throw StartRefused.failure("several servers are running: " + String.join(", ", list)
                + "; name one by --server=URL or --server=DIR");
    }

    /// The store that the disk in this folder belongs to.
    private static Optional<String> store(Path folder) {
        try {
            return Optional.of(Json.parse(Files.readString(folder.resolve("disk.json")))
                            .text("store"))
                    .filter(store -> !store.isEmpty());
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String region() {
        if (region != null) {
            return region;
        }
        for (String variable : List.of("AWS_REGION", "AWS_DEFAULT_REGION")) {
            String value = environment.getOrDefault(variable, "");
            if (!value.isEmpty()) {
                return value;
            }
        }
        String named = profile == null ? environment.getOrDefault("AWS_PROFILE", "default") : profile;
        return new Profiles(environment).settings(named).getOrDefault("region", "us-east-1");
    }

    private RootCredentials credentials(Optional<Found> found) {
        var profiles = new Profiles(environment);
        if (profile != null) {
            return profiles.credentials(profile);
        }
        return RootCredentials.of(environment)
                .or(() -> found.flatMap(this::kept))
                .or(profiles::usual)
                .orElseThrow(() -> StartRefused.configuration(
                        "no credentials: name a profile of ~/.aws/credentials by --profile, or set AWS_ACCESS_KEY_ID"
                                + " and AWS_SECRET_ACCESS_KEY to the root credentials of the store"));
    }

    /// What was generated for the store, on the disk that was named or another one of it.
    private Optional<RootCredentials> kept(Found found) {
        var own = RootCredentials.read(found.disk());
        if (own.isPresent()) {
            return own;
        }
        for (Path disk : KnownDisks.of(environment).paths()) {
            if (store(disk).equals(Optional.of(found.file().store()))) {
                var other = RootCredentials.read(disk);
                if (other.isPresent()) {
                    return other;
                }
            }
        }
        return Optional.empty();
    }
}

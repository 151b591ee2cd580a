package io.flywheel.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// wrk, a load generator in C, as it comes.
final class Wrk {
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ");

    private Wrk() {}

    /// Where wrk is, if it is installed.
    static Optional<Path> installed() {
        return Stream.of("/usr/bin/wrk", "/usr/local/bin/wrk")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// One thread that asks for the same again and again. The CPU time is wrk's own; no other child of this process
    /// may end meanwhile.
    static Sample run(Path wrk, String url, int connections, Duration round) throws Exception {
        double cpu = ServerProcess.endedChildrenCpuSeconds();
        long begin = System.nanoTime();
        var process = new ProcessBuilder(List.of(
                        wrk.toString(), "-t1", "-c" + connections, "-d" + Math.max(1, round.toSeconds()) + "s", url))
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        double seconds = (System.nanoTime() - begin) / 1e9;
        var requests = REQUESTS.matcher(output);
        if (exit != 0 || !requests.find() || output.contains("Socket errors") || output.contains("Non-2xx")) {
            throw new IOException("wrk failed: " + output);
        }
        return Sample.untimed(
                Long.parseLong(requests.group(1)), 0, ServerProcess.endedChildrenCpuSeconds() - cpu, seconds);
    }
}

package io.flywheel.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// nginx as it comes, serving static files from a folder.
final class Nginx {
    private static final Duration START_MAX = Duration.ofSeconds(10);

    private Nginx() {}

    /// Where nginx is, if it is installed.
    static Optional<Path> installed() {
        return Stream.of("/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Serves the files of {@code folder}; its own files go to {@code scratch}.
    static ServerProcess start(Path nginx, Path folder, Path scratch, int workers) throws Exception {
        int port = ServerProcess.freePort();
        var configuration = Files.writeString(Files.createDirectories(scratch).resolve("nginx.conf"), """
            %s
            worker_processes %d;
            daemon off;
            pid %3$s/nginx.pid;
            error_log %3$s/nginx.log;
            events { worker_connections 2048; }
            http {
                access_log off;
                sendfile on;
                tcp_nopush on;
                keepalive_requests 1000000000;
                client_body_temp_path %3$s/body;
                proxy_temp_path %3$s/proxy;
                fastcgi_temp_path %3$s/fastcgi;
                uwsgi_temp_path %3$s/uwsgi;
                scgi_temp_path %3$s/scgi;
                server { listen 127.0.0.1:%4$d; location / { root %5$s; } }
            }
            """.formatted(
                "root".equals(System.getProperty("user.name")) ? "user root;" : "", workers, scratch, port, folder));
        var process = new ProcessBuilder(
                        List.of(nginx.toString(), "-p", scratch.toString(), "-c", configuration.toString()))
                .redirectErrorStream(true)
                .redirectOutput(scratch.resolve("nginx.out").toFile())
                .start();
        var server = new ServerProcess(process, port);
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return server;
            } catch (IOException e) {
                if (System.nanoTime() > deadline || !process.isAlive()) {
                    server.close();
                    throw new IOException("nginx did not start: see " + scratch.resolve("nginx.out"), e);
                }
                Thread.sleep(20);
            }
        }
    }
}

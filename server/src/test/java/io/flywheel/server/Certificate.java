package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

/// A self-signed certificate for localhost and its key, in files.
record Certificate(Path cert, Path key) {
    /// Has openssl make one.
    static Certificate make(Path folder, String name) throws IOException, InterruptedException {
        Path cert = folder.resolve(name + "-cert.pem");
        Path key = folder.resolve(name + "-key.pem");
        var openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-keyout",
                        key.toString(),
                        "-out",
                        cert.toString())
                .redirectErrorStream(true)
                .start();
        openssl.getInputStream().readAllBytes();
        assertThat(openssl.waitFor()).isZero();
        return new Certificate(cert, key);
    }
}

package io.flywheel.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/// Looks at the certificate and the key before any data is touched.
final class TlsFiles {
    private TlsFiles() {}

    /// @throws StartRefused naming the file and what it must hold
    static void check(Configuration.Tls tls) {
        try (var input = Files.newInputStream(tls.cert())) {
            if (CertificateFactory.getInstance("X.509")
                    .generateCertificates(input)
                    .isEmpty()) {
                throw refused(tls.cert(), "it holds no certificate");
            }
        } catch (CertificateException e) {
            throw refused(tls.cert(), "it is not a certificate chain in PEM: " + e.getMessage());
        } catch (IOException e) {
            throw refused(tls.cert(), "it cannot be read: " + e);
        }
        try {
            String key = Files.readString(tls.key(), StandardCharsets.ISO_8859_1);
            if (!key.contains("-----BEGIN PRIVATE KEY-----")) {
                throw refused(
                        tls.key(),
                        "it is not an unencrypted private key in PEM (PKCS #8); 'openssl pkcs8 -topk8 -nocrypt -in KEY'"
                                + " makes one of other forms");
            }
        } catch (IOException e) {
            throw refused(tls.key(), "it cannot be read: " + e);
        }
    }

    private static StartRefused refused(Path file, String why) {
        return StartRefused.configuration("the TLS file " + file + " cannot be used: " + why);
    }
}

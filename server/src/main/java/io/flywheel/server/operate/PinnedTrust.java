package io.flywheel.server.operate;

import io.flywheel.server.StartRefused;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// Trusts the certificates of one file: a server that shows one of them itself, whatever name it was reached by (a
/// self-signed certificate, or the server of this host asked on loopback), and those that they vouch for, by the usual
/// rules.
final class PinnedTrust extends X509ExtendedTrustManager {
    private final Collection<? extends Certificate> pinned;
    private final X509ExtendedTrustManager usual;

    private PinnedTrust(Collection<? extends Certificate> pinned, X509ExtendedTrustManager usual) {
        this.pinned = pinned;
        this.usual = usual;
    }

    /// @throws StartRefused when the file holds no certificates
    static SSLContext context(Path file) {
        try (var input = Files.newInputStream(file)) {
            var certificates = CertificateFactory.getInstance("X.509").generateCertificates(input);
            if (certificates.isEmpty()) {
                throw StartRefused.configuration(file + " holds no certificate");
            }
            var anchors = KeyStore.getInstance(KeyStore.getDefaultType());
            anchors.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                anchors.setCertificateEntry(Integer.toString(number++), certificate);
            }
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(anchors);
            for (TrustManager each : factory.getTrustManagers()) {
                if (each instanceof X509ExtendedTrustManager usual) {
                    var context = SSLContext.getInstance("TLS");
                    context.init(null, new TrustManager[] {new PinnedTrust(certificates, usual)}, null);
                    return context;
                }
            }
            throw new IllegalStateException("the JDK has no trust manager for X.509");
        } catch (IOException | GeneralSecurityException e) {
            throw StartRefused.configuration("the certificates in " + file + " cannot be used: " + e.getMessage());
        }
    }

    private boolean isPinned(X509Certificate[] chain) {
        return chain.length > 0 && pinned.contains(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        if (!isPinned(chain)) {
            usual.checkServerTrusted(chain, authType, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        if (!isPinned(chain)) {
            usual.checkServerTrusted(chain, authType, socket);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        if (!isPinned(chain)) {
            usual.checkServerTrusted(chain, authType);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this is a client");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return usual.getAcceptedIssuers();
    }
}

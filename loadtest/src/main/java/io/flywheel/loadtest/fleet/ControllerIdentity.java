package io.flywheel.loadtest.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/// Who a controller is: its key, its certificate and the secret of its agents, made at its first start and kept in one
/// file, mode 0600.
final class ControllerIdentity {
    static final String[] PROTOCOLS = {"TLSv1.3"};
    private static final String FILE = "identity.p12";
    private static final String KEY = "controller";
    private static final String SECRET = "secret";
    /// The file's mode protects it; the format wants a password.
    private static final char[] PASSWORD = "flywheel".toCharArray();

    private final KeyStore store;
    private final JoinToken token;

    private ControllerIdentity(KeyStore store, JoinToken token) {
        this.store = store;
        this.token = token;
    }

    /// The identity in a folder, made when there is none.
    static ControllerIdentity in(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try {
            var store = KeyStore.getInstance("PKCS12");
            if (Files.exists(file)) {
                try (InputStream in = Files.newInputStream(file)) {
                    store.load(in, PASSWORD);
                }
            } else {
                make(store, folder, file);
            }
            byte[] secret = store.getKey(SECRET, PASSWORD).getEncoded();
            return new ControllerIdentity(store, new JoinToken(secret, sha256(store.getCertificate(KEY))));
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static void make(KeyStore store, Path folder, Path file) throws GeneralSecurityException, IOException {
        var random = new SecureRandom();
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        var keys = generator.generateKeyPair();
        byte[] secret = new byte[JoinToken.SECRET_BYTES];
        random.nextBytes(secret);
        store.load(null, null);
        store.setKeyEntry(KEY, keys.getPrivate(), PASSWORD, new Certificate[] {SelfSigned.of(keys, random)});
        store.setEntry(
                SECRET,
                new KeyStore.SecretKeyEntry(new javax.crypto.spec.SecretKeySpec(secret, "AES")),
                new KeyStore.PasswordProtection(PASSWORD));
        Path written = folder.resolve(FILE + ".new");
        Files.deleteIfExists(written);
        Files.createFile(written, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (var out = Files.newOutputStream(written)) {
            store.store(out, PASSWORD);
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    }

    JoinToken token() {
        return token;
    }

    /// For the controller's sockets.
    SSLContext serverContext() {
        try {
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, PASSWORD);
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// For an agent's: it trusts the certificate that its token names and no other.
    static SSLContext clientContext(JoinToken token) {
        var pinned = new X509TrustManager() {
            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
                if (chain.length == 0 || !token.isFingerprint(sha256(chain[0]))) {
                    throw new CertificateException("this is not the controller that the token is of");
                }
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
                throw new CertificateException("this is an agent");
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {pinned}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(Certificate certificate) throws CertificateException {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new CertificateException(e);
        }
    }
}

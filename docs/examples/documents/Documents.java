package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flywheel.loadtest.api.Cleanup;
import io.flywheel.loadtest.api.Context;
import io.flywheel.loadtest.api.ResultOf;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Setup;
import io.flywheel.loadtest.api.Teardown;
import io.flywheel.loadtest.api.Transaction;
import io.flywheel.loadtest.api.TransactionFailed;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Documents that are written, read and compared: with PUT, GET and DELETE, which an object store understands as well as
 * a web server with WebDAV. Requests are signed for S3 where AWS_ACCESS_KEY_ID is set.
 */
public final class Documents {
    /** One that was written; its content follows from its seed. */
    public record Document(String path, long seed, int bytes) {
        byte[] content() {
            byte[] content = new byte[bytes];
            new Random(seed).nextBytes(content);
            return content;
        }
    }

    private static final String KEY = System.getenv("AWS_ACCESS_KEY_ID");
    private static final String SECRET = System.getenv("AWS_SECRET_ACCESS_KEY");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Run run;
    private final String folder;

    public Documents(Run run) {
        this.run = run;
        this.folder = "/documents-" + run.id();
    }

    /** A bucket; a web server makes its folders by itself. */
    @Setup(oncePerRun = true)
    public void makeFolder() throws Exception {
        if (KEY != null) {
            var answer = send("PUT", folder, new byte[0]);
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("no bucket: " + new String(answer.body(), UTF_8));
            }
        }
    }

    @Teardown(oncePerRun = true)
    public void removeFolder() throws Exception {
        send("DELETE", folder + (KEY == null ? "/" : ""), new byte[0]);
    }

    @Transaction(timeoutSeconds = 10)
    public Document write(Context context) throws Exception {
        int bytes = context.random().nextInt(1_000, 16_000);
        var document =
                new Document(folder + "/" + context.number(), context.random().nextLong(), bytes);
        var answer = send("PUT", document.path(), document.content());
        require(context, answer);
        context.sent(bytes);
        return document;
    }

    @Transaction(timeoutSeconds = 10)
    public void read(Context context, @ResultOf("write") Document document) throws Exception {
        var answer = send("GET", document.path(), new byte[0]);
        require(context, answer);
        context.received(answer.body().length);
        context.check("it is what was written", Arrays.equals(answer.body(), document.content()));
    }

    @Cleanup("write")
    public void remove(Document document) throws Exception {
        if (send("DELETE", document.path(), new byte[0]).statusCode() / 100 != 2) {
            throw new IllegalStateException(document.path() + " cannot be removed");
        }
    }

    /** Errors are counted by their kind, which the status is. */
    private static void require(Context context, HttpResponse<byte[]> answer) {
        answer.headers().firstValue("x-amz-request-id").ifPresent(context::requestId);
        if (answer.statusCode() / 100 != 2) {
            throw new TransactionFailed(
                    "status " + answer.statusCode(), answer.request().uri().getPath());
        }
    }

    private HttpResponse<byte[]> send(String method, String path, byte[] body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(run.target() + path))
                .timeout(Duration.ofSeconds(10))
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (KEY != null) {
            sign(request, method, path);
        }
        return http.send(request.build(), BodyHandlers.ofByteArray());
    }

    /** Signature V4, of a request whose body is not signed. */
    private void sign(HttpRequest.Builder request, String method, String path) throws GeneralSecurityException {
        String time = Instant.now().toString().replaceAll("[-:]|[.][0-9]+", "");
        String scope = time.substring(0, 8) + "/us-east-1/s3/aws4_request";
        String host = run.target().replaceFirst(".*//", "");
        String names = "host;x-amz-content-sha256;x-amz-date";
        String canonical = String.join(
                "\n",
                method,
                path,
                "",
                "host:" + host,
                "x-amz-content-sha256:UNSIGNED-PAYLOAD",
                "x-amz-date:" + time,
                "",
                names,
                "UNSIGNED-PAYLOAD");
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(UTF_8));
        byte[] key = ("AWS4" + SECRET).getBytes(UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        byte[] signature = hmac(
                key,
                "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n"
                        + HexFormat.of().formatHex(hash));
        request.header("x-amz-date", time)
                .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=" + KEY + "/" + scope + ", SignedHeaders=" + names + ", Signature="
                                + HexFormat.of().formatHex(signature));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }
}

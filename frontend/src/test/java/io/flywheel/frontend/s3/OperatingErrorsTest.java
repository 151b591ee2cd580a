package io.flywheel.frontend.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.BufferPool;
import io.flywheel.namespace.Namespace;
import io.flywheel.shardstore.ModelShardStore;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What clients are told when memory, space or the disk below fails.
class OperatingErrorsTest {
    private static final int LARGE = 100_000;

    @ParameterizedTest
    @CsvSource({
        "lookup, GET, /bucket/key",
        "lookup, HEAD, /bucket/key",
        "list, GET, /bucket?list-type=2",
        "listVersions, GET, /bucket?versions",
        "listUploads, GET, /bucket?uploads",
        "buckets, GET, /",
    })
    void shouldAnswerInternalErrorWhenTheNamespaceCannotBeRead(String failing, String method, String target)
            throws Exception {
        var s3 = new S3Bench("us-east-1", new ModelShardStore(), namespace -> unreadable(namespace, failing));
        s3.put("/bucket", "");
        var answer = s3.send(method, target, new byte[0]);
        assertThat(answer.status()).isEqualTo(500);
        if (!method.equals("HEAD")) {
            assertThat(answer.code()).isEqualTo("InternalError");
        }
    }

    /// The namespace, but {@code failing} cannot be read; nothing is known from memory.
    private static Namespace unreadable(Namespace namespace, String failing) {
        return (Namespace) Proxy.newProxyInstance(
                Namespace.class.getClassLoader(), new Class<?>[] {Namespace.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("peek")) {
                        return Optional.empty();
                    }
                    if (method.getName().equals(failing)) {
                        throw new Namespace.Unreadable("the namespace cannot be read", new IOException("rot"));
                    }
                    try {
                        return method.invoke(namespace, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void shouldAskToSlowDownWhenThereIsNoMemoryToReadInto() throws Exception {
        var s3 = new S3Bench();
        s3.put("/bucket", "");
        s3.put("/bucket/key", S3Bench.pattern(LARGE));
        List<BufferPool.Buffer> held = new ArrayList<>();
        for (var buffer = s3.pool.tryAcquire(); buffer.isPresent(); buffer = s3.pool.tryAcquire()) {
            held.add(buffer.get());
        }
        var answer = s3.get("/bucket/key");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("SlowDown");
        assertThat(answer.header("retry-after")).isEqualTo("1");
        held.forEach(BufferPool.Buffer::release);
        assertThat(s3.get("/bucket/key").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/bucket/key", "/bucket/key?partNumber=1&uploadId="})
    void shouldRefuseBeforeTheBodyWhenItDoesNotFit(String target) throws Exception {
        var s3 = new S3Bench("us-east-1", limited(LARGE - 1), namespace -> namespace);
        s3.put("/bucket", "");
        String upload = s3.post("/bucket/key?uploads", "").element("UploadId");
        var exchange = s3.exchange(
                "localhost", "PUT", target.endsWith("=") ? target + upload : target, S3Bench.pattern(LARGE));
        var answer = exchange.await();
        assertThat(answer.status()).isEqualTo(507);
        assertThat(answer.code()).isEqualTo("InsufficientStorage");
        assertThat(exchange.accepted).isFalse();
        assertThat(exchange.bytesReceived()).isZero();
        assertThat(s3.put("/bucket/small", "fits").status()).isEqualTo(200);
    }

    @Test
    void shouldRefuseACopyThatDoesNotFit() throws Exception {
        var s3 = new S3Bench("us-east-1", limited(LARGE * 3 / 2), namespace -> namespace);
        s3.put("/bucket", "");
        assertThat(s3.put("/bucket/key", S3Bench.pattern(LARGE)).status()).isEqualTo(200);
        var answer = s3.put("/bucket/copy", "", "x-amz-copy-source", "/bucket/key");
        assertThat(answer.status()).isEqualTo(507);
        assertThat(s3.get("/bucket/key").body()).isEqualTo(S3Bench.pattern(LARGE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-server-side-encryption",
                "x-amz-server-side-encryption-customer-algorithm",
                "x-amz-server-side-encryption-aws-kms-key-id",
                "x-amz-object-lock-mode",
                "x-amz-grant-read",
            })
    void shouldNameTheHeaderThatIsNotImplemented(String header) throws Exception {
        var s3 = new S3Bench();
        s3.put("/bucket", "");
        var answer = s3.put("/bucket/key", "body", header, "AES256");
        assertThat(answer.status()).isEqualTo(501);
        assertThat(answer.code()).isEqualTo("NotImplemented");
        assertThat(answer.element("Header")).isEqualTo(header);
    }

    private static ModelShardStore limited(long bytes) {
        var store = new ModelShardStore();
        store.limit(bytes);
        return store;
    }
}

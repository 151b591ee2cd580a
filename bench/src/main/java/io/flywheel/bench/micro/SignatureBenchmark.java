package io.flywheel.bench.micro;

import io.flywheel.base.real.SystemClock;
import io.flywheel.bench.Signer;
import io.flywheel.frontend.auth.AuthResult;
import io.flywheel.frontend.auth.Credentials;
import io.flywheel.frontend.auth.SignatureV4;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestHead;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What it costs the event loop to verify the signature of a usual GET.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class SignatureBenchmark {
    private final Signer signer = new Signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "us-east-1");
    private final SignatureV4 signature = new SignatureV4(
            key -> Optional.of(new Credentials(key, signer.secretKey())), signer.region(), new SystemClock());
    private @Nullable RequestHead head;

    /// Signs a request.
    @Setup
    public void sign() {
        var headers = Headers.builder();
        signer.sign(
                        "GET",
                        "/bucket/object",
                        Map.of(),
                        Map.of("host", "127.0.0.1:9000"),
                        "UNSIGNED-PAYLOAD",
                        Instant.now())
                .forEach(headers::add);
        head = new RequestHead(
                "GET",
                "/bucket/object",
                "",
                headers.build(),
                "127.0.0.1",
                false,
                InetSocketAddress.createUnresolved("127.0.0.1", 1),
                System.nanoTime(),
                "0123456789ABCDEF");
    }

    /// Verifies it.
    @Benchmark
    public AuthResult verify() {
        var result = head == null ? null : signature.verify(head);
        if (!(result instanceof AuthResult.Authenticated)) {
            throw new IllegalStateException("rejected: " + result);
        }
        return result;
    }
}

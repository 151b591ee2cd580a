package io.flywheel.loadtest.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.loadtest.api.TransactionFailed;
import java.io.IOException;
import java.net.BindException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/// Whom a failure is blamed on.
final class FailureKindTest {
    private static TransactionFailed failed(String message, Throwable cause) {
        var failed = new TransactionFailed("http connect", message);
        failed.initCause(cause);
        return failed;
    }

    @Test
    void shouldBlameTheGeneratorForWhatItsOwnSystemRefused() {
        assertThat(FailureKind.isOwnSystems(new BindException("no port"))).isTrue();
        assertThat(FailureKind.isOwnSystems(new IOException("accept(..) failed: Too many open files")))
                .isTrue();
        assertThat(FailureKind.isOwnSystems(new CompletionException(
                        failed("x", new RuntimeException(new IOException("Cannot assign requested address"))))))
                .isTrue();
        assertThat(FailureKind.isOwnSystems(failed("x", new OutOfMemoryError("direct"))))
                .isTrue();
    }

    @Test
    void shouldBlameTheServiceForWhatItSaysOfItself() {
        assertThat(FailureKind.isOwnSystems(new TransactionFailed(
                        "s3 500 InternalError", "PUT /b/k: 500 InternalError Too many open files")))
                .isFalse();
        assertThat(FailureKind.isOwnSystems(failed("x", new IOException("Connection reset by peer"))))
                .isFalse();
    }
}

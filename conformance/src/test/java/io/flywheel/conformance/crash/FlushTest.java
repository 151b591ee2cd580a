package io.flywheel.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/// A killed process keeps its page cache, so a kill proves nothing about flushes: the system calls of the server do.
final class FlushTest {

    private static final int LARGE_BYTES = 1 << 20;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    Path work;

    @Test
    void shouldFlushBytesAndNameBeforeTheAnswer() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "strace is not installed");
        Path trace = work.resolve("trace");
        RunningServer.Options traced = new RunningServer.Options(
                List.of(
                        "/usr/bin/strace",
                        "-f",
                        "-yy",
                        "--seccomp-bpf",
                        "-s",
                        "8192",
                        "-e",
                        "trace=openat,pwrite64,pwritev,pwritev2,write,writev,fdatasync,fsync,sendto,sendmsg",
                        "-o",
                        trace.toString()),
                List.of(),
                List.of());
        String tinyAnswer;
        String largeAnswer;
        try (RunningServer server = RunningServer.start(work.resolve("disk"), traced);
                S3Client s3 = S3Clients.sync(server.endpoint())) {
            s3.createBucket(b -> b.bucket("bucket"));
            tinyAnswer = put(s3, "the-name-of-tiny", text("the-bytes-of-tiny;", 1000));
            largeAnswer = put(s3, "the-name-of-large", text("the-bytes-of-large;", LARGE_BYTES));
            server.stop();
        }
        SystemCallTrace calls = new SystemCallTrace(Files.readAllLines(trace, StandardCharsets.ISO_8859_1));
        assertThat(calls.bytesPersistentBeforeAnswer("the-bytes-of-tiny;", tinyAnswer))
                .as("persistent bytes of the tiny object")
                .isGreaterThanOrEqualTo(1000);
        assertThat(calls.bytesPersistentBeforeAnswer("the-name-of-tiny", tinyAnswer))
                .as("persistent records of the tiny object's name")
                .isPositive();
        assertThat(calls.bytesPersistentBeforeAnswer("the-bytes-of-large;", largeAnswer))
                .as("persistent bytes of the large object")
                .isGreaterThanOrEqualTo(LARGE_BYTES);
        assertThat(calls.bytesPersistentBeforeAnswer("the-name-of-large", largeAnswer))
                .as("persistent records of the large object's name")
                .isPositive();
    }

    /// Returns the request id, which is in the answer's head.
    private static String put(S3Client s3, String key, String content) {
        return s3.putObject(b -> b.bucket("bucket").key(key), RequestBody.fromString(content))
                .responseMetadata()
                .requestId();
    }

    private static String text(String piece, int sizeBytes) {
        return piece.repeat(sizeBytes / piece.length() + 1).substring(0, sizeBytes);
    }

    @Test
    void shouldCountWhatWasWrittenSynchronously() {
        assertThat(persistent(
                        "10 openat(AT_FDCWD</>, \"/disk/log\", O_RDWR|O_DSYNC) = 5</disk/log>",
                        "10 pwrite64(5</disk/log>, \"text\", 100, 0) = 100",
                        "11 writev(9<TCP:[1->2]>, [{iov_base=\"HTTP/1.1 200 OK id-1\"}], 1) = 20"))
                .isEqualTo(100);
    }

    @Test
    void shouldCountWhatWasFlushedAfterwards() {
        assertThat(persistent(
                        "10 openat(AT_FDCWD</>, \"/disk/log\", O_RDWR) = 5</disk/log>",
                        "10 pwrite64(5</disk/log>, \"text\", 100, 0 <unfinished ...>",
                        "11 futex(1, 2) = 0",
                        "10 <... pwrite64 resumed>) = 100",
                        "10 fdatasync(5</disk/log>) = 0",
                        "11 writev(9<TCP:[1->2]>, [{iov_base=\"HTTP/1.1 200 OK id-1\"}], 1) = 20"))
                .isEqualTo(100);
    }

    @Test
    void shouldNotCountWhatOnlyThePageCacheHas() {
        assertThat(persistent(
                        "10 openat(AT_FDCWD</>, \"/disk/log\", O_RDWR) = 5</disk/log>",
                        "10 pwrite64(5</disk/log>, \"text\", 100, 0) = 100",
                        "11 writev(9<TCP:[1->2]>, [{iov_base=\"HTTP/1.1 200 OK id-1\"}], 1) = 20",
                        "10 fdatasync(5</disk/log>) = 0"))
                .isZero();
        assertThat(persistent(
                        "10 openat(AT_FDCWD</>, \"/disk/log\", O_RDWR|O_DSYNC) = 5</disk/log>",
                        "10 pwrite64(5</disk/log>, \"text\", 100, 0 <unfinished ...>",
                        "11 writev(9<TCP:[1->2]>, [{iov_base=\"HTTP/1.1 200 OK id-1\"}], 1) = 20",
                        "10 <... pwrite64 resumed>) = 100"))
                .isZero();
    }

    private static long persistent(String... lines) {
        return new SystemCallTrace(List.of(lines)).bytesPersistentBeforeAnswer("text", "id-1");
    }
}

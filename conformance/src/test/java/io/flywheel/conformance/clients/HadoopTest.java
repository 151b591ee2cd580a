package io.flywheel.conformance.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.conformance.Content;
import io.flywheel.conformance.RunningServer;
import io.flywheel.conformance.S3Clients;
import io.flywheel.conformance.SharedServer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.s3.S3Client;

/// Hadoop's S3A: a bucket as a file system, as Spark and its kin use it. It signs every chunk of what it sends.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HadoopTest {

    private static final int LARGE_BYTES = 17_000_000;

    private FileSystem files;

    @SuppressWarnings("NullAway.Init") // The file system is opened before the first test.
    HadoopTest() {}

    @BeforeAll
    void open() throws IOException {
        URI endpoint = SharedServer.endpoint();
        String bucket = SharedServer.freshBucket();
        try (S3Client s3 = S3Clients.sync(endpoint)) {
            s3.createBucket(b -> b.bucket(bucket));
        }
        Configuration configuration = new Configuration();
        configuration.set("fs.s3a.endpoint", endpoint.toString());
        configuration.set("fs.s3a.endpoint.region", "us-east-1");
        configuration.set("fs.s3a.path.style.access", "true");
        configuration.set("fs.s3a.connection.ssl.enabled", "false");
        configuration.set("fs.s3a.access.key", RunningServer.ACCESS_KEY);
        configuration.set("fs.s3a.secret.key", RunningServer.SECRET_KEY);
        configuration.set("fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
        configuration.set("fs.s3a.attempts.maximum", "1");
        configuration.set("fs.s3a.retry.limit", "1");
        configuration.set("fs.s3a.multipart.size", "5M");
        configuration.set("fs.s3a.multipart.threshold", "5M");
        configuration.set("fs.s3a.fast.upload.buffer", "array");
        configuration.set(
                "hadoop.tmp.dir", Files.createTempDirectory("flywheel-hadoop").toString());
        files = FileSystem.newInstance(URI.create("s3a://" + bucket + "/"), configuration);
    }

    @AfterAll
    void close() throws IOException {
        files.close();
    }

    private void write(Path path, byte[] bytes) throws IOException {
        try (FSDataOutputStream out = files.create(path, true)) {
            out.write(bytes);
        }
    }

    private byte[] read(Path path) throws IOException {
        try (var in = files.open(path)) {
            return in.readAllBytes();
        }
    }

    @Test
    void shouldMakeListAndRemoveDirectories() throws IOException {
        Path root = new Path("/listing");
        assertThat(files.mkdirs(new Path(root, "a/b/c"))).isTrue();
        assertThat(files.getFileStatus(new Path(root, "a/b")).isDirectory()).isTrue();
        write(new Path(root, "a/file"), new byte[] {1, 2, 3});
        write(new Path(root, "a/ümlaut +%2F"), new byte[] {4});
        assertThat(files.listStatus(new Path(root, "a")))
                .extracting(FileStatus::getPath)
                .extracting(Path::getName)
                .containsExactlyInAnyOrder("b", "file", "ümlaut +%2F");
        assertThat(files.getFileStatus(new Path(root, "a/file")).getLen()).isEqualTo(3);
        assertThatThrownBy(() -> files.delete(new Path(root, "a"), false)).isInstanceOf(IOException.class);
        assertThat(files.delete(root, true)).isTrue();
        assertThat(files.exists(root)).isFalse();
        assertThatThrownBy(() -> read(new Path(root, "a/file"))).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void shouldCreateAFileOnlyOnceWhenAsked() throws IOException {
        Path path = new Path("/once");
        write(path, new byte[] {1});
        assertThatThrownBy(() -> files.create(path, false).close()).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(read(path)).containsExactly(1);
    }

    @Test
    void shouldRenameATree() throws IOException {
        for (int i = 0; i < 12; i++) {
            write(new Path("/from/part-" + i), new byte[] {(byte) i});
        }
        write(new Path("/from/deep/large"), new Content(1, 6_000_000).bytes());
        assertThat(files.rename(new Path("/from"), new Path("/to"))).isTrue();
        assertThat(files.exists(new Path("/from"))).isFalse();
        assertThat(files.listStatus(new Path("/to"))).hasSize(13);
        assertThat(read(new Path("/to/part-7"))).containsExactly(7);
        assertThat(Content.md5(read(new Path("/to/deep/large")))).isEqualTo(new Content(1, 6_000_000).md5());
    }

    @Test
    void shouldUploadInPartsAndReadAnywhere() throws Exception {
        Path path = new Path("/large");
        byte[] bytes = new Content(2, LARGE_BYTES).bytes();
        write(path, bytes);
        assertThat(files.getFileStatus(path).getLen()).isEqualTo(LARGE_BYTES);
        assertThat(Arrays.equals(read(path), bytes)).isTrue();
        try (var in = files.open(path)) {
            for (int position : List.of(LARGE_BYTES - 10, 0, 5 << 20, 12_345_678)) {
                in.seek(position);
                byte[] some = new byte[10];
                in.readFully(some);
                assertThat(some).isEqualTo(Arrays.copyOfRange(bytes, position, position + 10));
            }
            byte[] positioned = new byte[1000];
            in.readFully(5_242_000, positioned);
            assertThat(positioned).isEqualTo(Arrays.copyOfRange(bytes, 5_242_000, 5_243_000));

            List<FileRange> ranges = List.of(
                    FileRange.createFileRange(100, 1000),
                    FileRange.createFileRange(6_000_000, 100_000),
                    FileRange.createFileRange(16_000_000, 7));
            in.readVectored(ranges, ByteBuffer::allocate);
            for (FileRange range : ranges) {
                byte[] found = new byte[range.getLength()];
                range.getData().get().get(found);
                int from = (int) range.getOffset();
                assertThat(Arrays.equals(found, Arrays.copyOfRange(bytes, from, from + found.length)))
                        .isTrue();
            }
        }
    }
}

package io.flywheel.conformance.crash;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A file system of its own, of a fixed size, in a file; mounting one takes root.
final class SmallFileSystem implements AutoCloseable {

    private final Path mounted;

    private SmallFileSystem(Path mounted) {
        this.mounted = mounted;
    }

    /// Makes and mounts one in `work`; empty where that is not permitted.
    static Optional<SmallFileSystem> mount(Path work, long sizeBytes) throws IOException {
        Path image = work.resolve("image");
        Path mounted = Files.createDirectory(work.resolve("mounted"));
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(sizeBytes);
        }
        boolean made = run("mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", image.toString())
                && run("mount", "-o", "loop", image.toString(), mounted.toString());
        return made ? Optional.of(new SmallFileSystem(mounted)) : Optional.empty();
    }

    private static boolean run(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Where it is mounted.
    Path root() {
        return mounted;
    }

    @Override
    public void close() {
        run("umount", mounted.toString());
    }
}

package io.flywheel.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Directories with what is in them.
public final class Trees {

    private Trees() {}

    private static final int TRIES = 100;

    /// Deletes `root` and all below it, also while somebody makes files there, as far as it can.
    public static void delete(Path root) {
        for (int i = 0; i < TRIES && Files.exists(root, LinkOption.NOFOLLOW_LINKS); i++) {
            try (Stream<Path> paths = Files.walk(root)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            } catch (IOException | UncheckedIOException e) {
                // Something came or went meanwhile; what is left in the end lies in the temporary folder.
            }
        }
    }

    /// The regular files below `root`.
    public static List<Path> files(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(Files::isRegularFile).toList();
        }
    }
}

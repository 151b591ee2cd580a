package io.flywheel.base;

import java.io.IOException;

/// The port for one small file on a disk that is there whole or not at all: what a disk knows of the fleet it
/// belongs to. One caller at a time.
public interface WholeFile {
    /// What reading it came to.
    sealed interface Read {
        record Whole(byte[] bytes) implements Read {}

        record Missing() implements Read {}

        record Failed(IOException cause) implements Read {}
    }

    /// Its bytes; failed where there are more than {@code bytesMax}.
    Read read(int bytesMax);

    /// Puts the bytes in the place of those before, persistent when done. After anything else, and after a
    /// crash, it has either these bytes or those before.
    Disk.Io replace(byte[] bytes);
}

package io.flywheel.erasure.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The processor that this JVM runs on.
public final class Processor {
    private Processor() {}

    /// Whether one instruction looks up each of 64 bytes in a table of 64 (AVX-512 VBMI, `vpermb`).
    /// Without it the Vector API's widest look-ups are not compiled to vector code, and are a thousand
    /// times slower than narrow ones.
    public static boolean looksUp64Bytes() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo"))
                    .lines()
                    .filter(line -> line.startsWith("flags"))
                    .anyMatch(line -> List.of(line.split("\\s+")).contains("avx512vbmi"));
        } catch (IOException _) {
            return false;
        }
    }

    /// Whether bytes are looked up across a whole vector of any width, as ARM's `tbl` does; x86 before
    /// VBMI looks up within 16 bytes.
    public static boolean looksUpWholeVectors() {
        return System.getProperty("os.arch").equals("aarch64");
    }
}

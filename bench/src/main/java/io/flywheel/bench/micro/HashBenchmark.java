package io.flywheel.bench.micro;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.base.ChecksumHasher;
import io.flywheel.base.Checksums;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The hashes over 64 KiB, what the event loop does at most in a turn. Microseconds: 65.5 / them is GB/s.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class HashBenchmark {
    @Param({"MD5", "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"})
    String hash = "MD5";

    private final byte[] bytes = new byte[64 << 10];
    private ChecksumHasher hasher = Checksums.md5();

    /// Chooses the hash.
    @Setup
    public void choose() {
        hasher = hash.equals("MD5") ? Checksums.md5() : Checksums.hasher(ChecksumAlgorithm.valueOf(hash));
    }

    /// Hashes the bytes.
    @Benchmark
    public Bytes hash() {
        hasher.update(bytes, 0, bytes.length);
        return hasher.value();
    }
}

package io.flywheel.base;

/// The port for randomness. The real form is cryptographically strong; the simulated one replays from a seed.
public interface Random {
    void nextBytes(byte[] destination);

    long nextLong();

    /// Uniform in [0, bound); {@code bound} is at least 1.
    int nextInt(int bound);
}

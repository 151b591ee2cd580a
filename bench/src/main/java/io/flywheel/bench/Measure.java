package io.flywheel.bench;

/// What a round is reduced to.
enum Measure {
    OPERATIONS("requests/s"),
    MEBIBYTES("MiB/s"),
    CPU_MILLIS("CPU ms per page");

    private final String unit;

    Measure(String unit) {
        this.unit = unit;
    }

    String unit() {
        return unit;
    }

    /// Whether more is better: a rate, not a cost.
    boolean isRate() {
        return this != CPU_MILLIS;
    }

    /// Per CPU-second of the measured process; for {@link #CPU_MILLIS} the CPU milliseconds of one operation.
    double perCpu(Sample sample) {
        return isRate() ? amount(sample) / sample.cpuSeconds() : sample.cpuSeconds() * 1000 / sample.operations();
    }

    /// Per second of wall time.
    double perWall(Sample sample) {
        return amount(sample) / sample.wallSeconds();
    }

    private double amount(Sample sample) {
        return switch (this) {
            case OPERATIONS, CPU_MILLIS -> sample.operations();
            case MEBIBYTES -> sample.bytes() / (double) (1 << 20);
        };
    }
}

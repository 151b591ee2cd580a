package io.flywheel.bench;

/// One named measurement.
interface Benchmark {
    String name();

    /// What is measured, in one line.
    String title();

    Report run(Setting setting) throws Exception;
}

/// End-to-end benchmarks: Flywheel beside its limits and its peers, in one run. Servers are child processes, their CPU
/// seconds come from {@code /proc}, and the sides of a comparison alternate.
@NullMarked
package io.flywheel.bench;

import org.jspecify.annotations.NullMarked;

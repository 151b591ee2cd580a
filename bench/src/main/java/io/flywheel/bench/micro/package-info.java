/// JMH micro-benchmarks of the parts that bound the whole: {@code flywheel bench jmh [PATTERN]}.
@NullMarked
package io.flywheel.bench.micro;

import org.jspecify.annotations.NullMarked;

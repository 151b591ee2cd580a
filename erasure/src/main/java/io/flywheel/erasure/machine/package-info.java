/// What is asked of the machine: its processor, and the library ISA-L.
@NullMarked
package io.flywheel.erasure.machine;

import org.jspecify.annotations.NullMarked;

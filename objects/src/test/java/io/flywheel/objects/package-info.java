@NullMarked
package io.flywheel.objects;

import org.jspecify.annotations.NullMarked;

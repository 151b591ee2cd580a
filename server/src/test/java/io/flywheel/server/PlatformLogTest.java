package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.System.Logger.Level;
import org.junit.jupiter.api.Test;

final class PlatformLogTest {
    private final System.Logger log =
            new PlatformLog().getLogger("test", getClass().getModule());

    /// The engine of a disk logs what a start found broken in this way: a start must not end there.
    @Test
    void shouldTakeAMessageWithoutParameters() {
        assertThatCode(() -> log.log(Level.WARNING, "a payload rotted {0}")).doesNotThrowAnyException();
    }

    @Test
    void shouldTakeAMessageWithParametersOrACause() {
        assertThatCode(() -> {
                    log.log(Level.WARNING, "extent {0} of {1}", 1, 2);
                    log.log(Level.WARNING, "failed", new IllegalStateException("planned by this test"));
                })
                .doesNotThrowAnyException();
    }
}

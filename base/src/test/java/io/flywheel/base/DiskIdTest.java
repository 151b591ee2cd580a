package io.flywheel.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.simulated.SeededRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DiskIdTest {
    @Test
    void shouldReadWhatItWrites() {
        SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < 1000; i++) {
            DiskId disk = DiskId.draw(random);
            assertThat(disk.toString())
                    .hasSize(32)
                    .isEqualTo(disk.uuid().toString().replace("-", ""));
            assertThat(DiskId.parse(disk.toString())).isEqualTo(disk);
        }
    }

    @Test
    void shouldBeOrderedAsItsDigits() {
        DiskId low = new DiskId(new UUID(1, -1));
        DiskId middle = new DiskId(new UUID(2, 0));
        DiskId high = new DiskId(new UUID(-1, 0));
        assertThat(low).isLessThan(middle);
        assertThat(middle).isLessThan(high);
        assertThat(low.toString()).isLessThan(middle.toString());
        assertThat(middle.toString()).isLessThan(high.toString());
    }

    @Test
    void shouldRefuseWhatIsNoName() {
        assertThatThrownBy(() -> DiskId.parse("12")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DiskId.parse("g".repeat(32))).isInstanceOf(IllegalArgumentException.class);
    }
}

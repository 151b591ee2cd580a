package io.flywheel.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;

import org.junit.jupiter.api.Test;

class OutageTest {
    /// "Copysets" (ATC'13): 5,000 nodes of RAMCloud with three copies, of which 1 % do not come back from an
    /// outage, lose data with 99.99 % where each of some 8,000 chunks a node has nodes of its own, and with 0.15 %
    /// where a node shares chunks with two others only.
    @Test
    void shouldAgreeWithThePaperOnCopysets() {
        var outage = new Outage(5_000, 50);
        assertThat(outage.lossOfAny(3, 2, 5_000 / 3.0)).isCloseTo(0.0015, withPercentage(5));
        assertThat(outage.lossOfAny(3, 2, 5_000 * 8_000 / 3.0)).isGreaterThan(0.9999);
    }

    @Test
    void shouldCountWhatEnumerationCounts() {
        int disks = 9;
        for (int failing = 0; failing <= disks; failing++) {
            for (int tolerated = 0; tolerated < 4; tolerated++) {
                int sets = 0;
                int lost = 0;
                for (int set = 0; set < 1 << disks; set++) {
                    if (Integer.bitCount(set) == failing) {
                        sets++;
                        // The copyset is the first four disks.
                        lost += Integer.bitCount(set & 0b1111) > tolerated ? 1 : 0;
                    }
                }
                assertThat(new Outage(disks, failing).lossOf(4, tolerated))
                        .as("%s failing, %s tolerated", failing, tolerated)
                        .isCloseTo((double) lost / sets, offset(1e-12));
            }
        }
    }

    @Test
    void shouldLoseNothingThatIsTolerated() {
        assertThat(new Outage(1_000_000, 4).lossOfAny(12, 4, 1e9)).isZero();
    }
}

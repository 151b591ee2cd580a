package io.flywheel.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.base.Domains.Level;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CopysetTest {
    private static DiskId disk(int number) {
        return new DiskId(new UUID(0, number));
    }

    /// Four disks a node, two nodes a rack, two racks a zone.
    private static Domains domains(DiskId disk) {
        long number = disk.low();
        return new Domains("z" + number / 16, "r" + number / 8 % 2, "n" + number / 4 % 2);
    }

    private static Copyset of(int parity, Level level, int... disks) {
        return Copyset.of(
                0,
                parity,
                level,
                IntStream.of(disks).mapToObj(CopysetTest::disk).toList());
    }

    @Test
    void shouldSayWhetherAnyDomainHasMoreThanItMayLose() {
        assertThat(of(2, Level.NODE, 0, 1, 4, 5, 8, 9).spread(CopysetTest::domains))
                .isTrue();
        assertThat(of(2, Level.NODE, 0, 1, 2, 4, 8, 9).spread(CopysetTest::domains))
                .isFalse();
        assertThat(of(2, Level.RACK, 0, 1, 4, 5, 8, 9).spread(CopysetTest::domains))
                .isFalse();
        assertThat(of(2, Level.RACK, 0, 1, 8, 9, 16, 17).spread(CopysetTest::domains))
                .isTrue();
        assertThat(of(2, Level.DISK, 0, 1, 2, 3).spread(CopysetTest::domains)).isTrue();
    }

    @Test
    void shouldWantDifferentDisksAtEveryLevel() {
        assertThat(of(1, Level.DISK, 0, 1, 0).spread(CopysetTest::domains)).isFalse();
    }

    @Test
    void shouldCountAMovingSlotWhereItComesFromAndWhereItGoes() {
        Copyset copyset = of(1, Level.NODE, 0, 4, 8);
        Copyset within = copyset.with(0, new Slot.Moving(disk(0), disk(1)));
        assertThat(within.spread(CopysetTest::domains)).isTrue();
        assertThat(within.epoch()).isEqualTo(2);
        Copyset beside = copyset.with(0, new Slot.Moving(disk(0), disk(5)));
        assertThat(beside.spread(CopysetTest::domains)).isFalse();
        Copyset both = copyset.with(0, new Slot.Moving(disk(0), disk(12))).with(1, new Slot.Moving(disk(4), disk(1)));
        assertThat(both.spread(CopysetTest::domains))
                .as("a block may have its first shard where it was and its second where it goes")
                .isFalse();
    }

    @Test
    void shouldWriteWhereASlotGoesAndKnowWhereItWas() {
        Slot moving = new Slot.Moving(disk(1), disk(2));
        assertThat(moving.target()).isEqualTo(disk(2));
        assertThat(moving.names(disk(1))).isTrue();
        assertThat(moving.names(disk(3))).isFalse();
        assertThat(new Slot.Held(disk(1)).target()).isEqualTo(disk(1));
        assertThatThrownBy(() -> new Slot.Moving(disk(1), disk(1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseToSpareAllItsSlots() {
        assertThatThrownBy(() -> of(1, Level.DISK, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> of(0, Level.DISK)).isInstanceOf(IllegalArgumentException.class);
    }
}

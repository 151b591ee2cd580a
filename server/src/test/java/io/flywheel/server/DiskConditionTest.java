package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.server.DiskDirectory.Presence;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DiskConditionTest {
    private static final Presence UNREADABLE = new Presence.Unreadable("too many open files");

    private final DiskCondition condition = new DiskCondition();
    private long now = Long.MAX_VALUE - 5;

    private void look(Presence presence, String... fence) {
        condition.asked(now);
        condition.saw(
                presence, Optional.of(fence).filter(each -> each.length > 0).map(each -> each[0]));
    }

    private Optional<String> trouble() {
        return condition.trouble(now);
    }

    @Test
    void shouldKeepADiskThatCannotBeReadForAMoment() {
        for (int i = 1; i < DiskCondition.UNREADABLE_MAX; i++) {
            look(UNREADABLE);
            assertThat(trouble()).isEmpty();
            assertThat(condition.isGone()).isFalse();
        }
        look(new Presence.There());
        look(UNREADABLE);
        assertThat(trouble()).isEmpty();
    }

    @Test
    void shouldGiveUpADiskThatStaysUnreadableUntilItCanBeRead() {
        for (int i = 1; i <= DiskCondition.UNREADABLE_MAX; i++) {
            look(UNREADABLE);
        }
        assertThat(trouble()).hasValueSatisfying(why -> assertThat(why).contains("too many open files"));
        assertThat(condition.isGone()).isFalse();
        look(new Presence.There());
        assertThat(trouble()).isEmpty();
    }

    @Test
    void shouldBeGoneAtTheFirstLookThatSaysSo() {
        look(new Presence.Gone());
        assertThat(condition.isGone()).isTrue();
    }

    @Test
    void shouldSayWhyADiskTakesNoWrites() {
        look(new Presence.There(), "a flush failed");
        assertThat(trouble()).contains("a flush failed");
        look(new Presence.There());
        assertThat(trouble()).isEmpty();
    }

    @Test
    void shouldGiveUpADiskWhoseLookHangsUntilItAnswers() {
        look(new Presence.There());
        now += Duration.ofHours(1).toNanos();
        assertThat(trouble()).isEmpty();
        condition.asked(now);
        assertThat(condition.isAsked()).isTrue();
        now += Duration.ofSeconds(9).toNanos();
        assertThat(trouble()).isEmpty();
        now += Duration.ofSeconds(2).toNanos();
        assertThat(trouble()).contains("it does not answer");
        condition.saw(new Presence.There(), Optional.empty());
        assertThat(trouble()).isEmpty();
    }
}

package io.flywheel.shardstore.checks;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.shardstore.checks.Linearization.States;
import io.flywheel.shardstore.checks.Timeline.Call;
import io.flywheel.shardstore.checks.Timeline.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearizationTest {
    private static Call call(Kind kind, long begin, long end) {
        var call = new Call(0, kind, begin);
        call.end = end;
        return call;
    }

    private static Call persistent(Call call) {
        call.persistent = true;
        return call;
    }

    @Test
    void shouldExplainReadsOnBothSidesOfAPutThatRunsBesideThem() {
        var put = call(Kind.PUT, 0, 10);
        assertThat(Linearization.of(List.of(put, call(Kind.ABSENT, 1, 2), call(Kind.PRESENT, 3, 4)), States.ABSENT))
                .contains(States.EITHER);
        assertThat(Linearization.of(List.of(put, call(Kind.PRESENT, 1, 2), call(Kind.ABSENT, 3, 4)), States.ABSENT))
                .isEmpty();
    }

    @Test
    void shouldNotExplainAReadThatMissesWhatWasPutBefore() {
        assertThat(Linearization.of(List.of(call(Kind.PUT, 0, 1), call(Kind.ABSENT, 2, 3)), States.ABSENT))
                .isEmpty();
    }

    @Test
    void shouldLeaveWhatACrashMayLeave() {
        var put = call(Kind.PUT, 0, 1);
        assertThat(Linearization.of(List.of(put), States.ABSENT)).contains(States.EITHER);
        assertThat(Linearization.of(List.of(persistent(call(Kind.PUT, 0, 1))), States.ABSENT))
                .contains(States.PRESENT);
        assertThat(Linearization.of(
                        List.of(persistent(call(Kind.PUT, 0, 1)), call(Kind.DELETE, 2, 3), call(Kind.ABSENT, 4, 5)),
                        States.ABSENT))
                .contains(States.EITHER);
        assertThat(Linearization.of(List.of(call(Kind.PUT, 0, Call.NEVER)), States.ABSENT))
                .contains(States.EITHER);
    }

    @Test
    void shouldFixWhatACrashLeftOnceItWasSeen() {
        assertThat(Linearization.of(List.of(call(Kind.PRESENT, 0, 1)), States.EITHER))
                .contains(States.PRESENT);
        assertThat(Linearization.of(List.of(call(Kind.PRESENT, 0, 1), call(Kind.ABSENT, 2, 3)), States.EITHER))
                .isEmpty();
    }

    @Test
    void shouldNotCountWhatWasRefused() {
        var refused = call(Kind.PUT, 0, 1);
        refused.refused = true;
        assertThat(Linearization.of(List.of(refused, call(Kind.ABSENT, 2, 3)), States.ABSENT))
                .contains(States.ABSENT);
        assertThat(Linearization.of(List.of(refused, call(Kind.PRESENT, 2, 3)), States.ABSENT))
                .isEmpty();
    }
}

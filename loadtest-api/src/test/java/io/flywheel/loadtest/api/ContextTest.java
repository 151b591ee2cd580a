package io.flywheel.loadtest.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What the interfaces do by themselves: required checks, measured parts, values by name.
final class ContextTest {
    private final List<String> said = new ArrayList<>();
    private final Context context = new Listening();

    @Test
    void shouldEndATransactionWhoseRequiredCheckFailed() {
        assertThatCode(() -> context.require("there", true)).doesNotThrowAnyException();
        assertThatThrownBy(() -> context.require("status is 200", false))
                .isInstanceOfSatisfying(
                        TransactionFailed.class,
                        failed -> assertThat(failed.kind()).isEqualTo("check: status is 200"));
        assertThat(said).containsExactly("there true", "status is 200 false");
    }

    @Test
    void shouldMeasureAPartToItsEnd() throws Exception {
        assertThat(context.measure("login", () -> 7)).isEqualTo(7);
        assertThat(said).containsExactly("begin login", "end login");
    }

    @Test
    void shouldPassOnWhatAPartThrows() {
        var broken = new java.io.IOException("broken pipe");
        assertThatThrownBy(() -> context.measure("login", () -> {
                    throw broken;
                }))
                .isSameAs(broken);
        assertThat(said).containsExactly("begin login", "fail login " + broken);
    }

    @Test
    void shouldSayWhichValueIsMissingOrMalformed() {
        var settings = new Settings(Map.of("size", "ten", "loud", "yes"));
        assertThat(settings.number("count", 3)).isEqualTo(3);
        assertThatThrownBy(() -> settings.text("bucket")).hasMessage("settings.bucket is missing");
        assertThatThrownBy(() -> settings.number("size", 1)).hasMessage("settings.size: 'ten' is not a whole number");
        assertThatThrownBy(() -> settings.flag("loud", false))
                .hasMessage("settings.loud: 'yes' is neither true nor false");
        var row = new Row(Map.of("name", "ann"));
        assertThat(row.text("name")).isEqualTo("ann");
        assertThatThrownBy(() -> row.text("age")).hasMessage("there is no column 'age', there are name");
        assertThatThrownBy(() -> row.number("name")).hasMessage("column 'name': 'ann' is not a whole number");
    }

    /// Writes down what it is told.
    private final class Listening implements Context {
        @Override
        public Run run() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long number() {
            return 0;
        }

        @Override
        public RandomGenerator random() {
            return new SplittableRandom(1);
        }

        @Override
        public User user() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean check(String name, boolean passed) {
            said.add(name + " " + passed);
            return passed;
        }

        @Override
        public Measurement begin(String name) {
            said.add("begin " + name);
            return new Measurement() {
                @Override
                public void end() {
                    said.add("end " + name);
                }

                @Override
                public void fail(Throwable cause) {
                    said.add("fail " + name + " " + cause);
                }
            };
        }

        @Override
        public void requestId(String id) {
            said.add("request " + id);
        }

        @Override
        public void sent(long bytes) {
            said.add("sent " + bytes);
        }

        @Override
        public void received(long bytes) {
            said.add("received " + bytes);
        }
    }
}

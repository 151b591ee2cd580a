package io.flywheel.shardstore.checks;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// `./mvnw -Pverify-long …`, see `docs/shardstore-checks.md`.
@EnabledIfSystemProperty(named = "checks.histories", matches = "[1-9][0-9]*", disabledReason = "the long form only")
class LongHistoriesTest {
    @Test
    void shouldHoldInTensOfMillionsOfHistories() {
        new Exploration(Path.of(System.getProperty("checks.state", "target/histories.state")))
                .run(Long.getLong("checks.histories", 0));
    }
}

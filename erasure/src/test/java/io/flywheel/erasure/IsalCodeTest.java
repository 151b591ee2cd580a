package io.flywheel.erasure;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;

final class IsalCodeTest extends ErasureCodeContract {
    /// Skipped, by name, where the library is not installed; `.ci/run` installs it and demands it.
    @BeforeEach
    void findLibrary() {
        if (System.getenv("FLYWHEEL_REQUIRE_CLIENTS") == null) {
            assumeTrue(
                    Engine.choose().usable().stream()
                            .anyMatch(engine -> engine.name().equals("isal")),
                    "libisal2 is not installed");
        }
    }

    @Override
    Engine engine() {
        return new Engine(new IsalArithmetic(), new ScalarFold());
    }
}

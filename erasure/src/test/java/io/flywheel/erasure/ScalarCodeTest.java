package io.flywheel.erasure;

final class ScalarCodeTest extends ErasureCodeContract {
    @Override
    Engine engine() {
        return Engine.scalar();
    }
}

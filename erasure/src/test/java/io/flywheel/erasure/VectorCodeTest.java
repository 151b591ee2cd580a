package io.flywheel.erasure;

final class VectorCodeTest extends ErasureCodeContract {
    @Override
    Engine engine() {
        return new Engine(new VectorArithmetic(), new VectorFold());
    }
}

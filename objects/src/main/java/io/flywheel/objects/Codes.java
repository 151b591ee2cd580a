package io.flywheel.objects;

import io.flywheel.erasure.Engine;
import io.flywheel.erasure.ErasureCode;
import io.flywheel.erasure.Scheme;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// One code for each scheme in use: their matrices are kept.
public final class Codes {
    private final Supplier<Engine> engine;
    private final ConcurrentHashMap<Scheme, ErasureCode> codes = new ConcurrentHashMap<>();

    public Codes(Engine engine) {
        this(() -> engine);
    }

    /// @param engine may take its time; it is not asked before something is to be encoded or decoded
    public Codes(Supplier<Engine> engine) {
        this.engine = engine;
    }

    ErasureCode of(Scheme scheme) {
        ErasureCode known = codes.get(scheme);
        if (known != null) {
            return known;
        }
        Engine chosen = scheme instanceof Scheme.Copies ? Engine.scalar() : engine.get();
        return codes.computeIfAbsent(scheme, wanted -> new ErasureCode(wanted, chosen));
    }
}

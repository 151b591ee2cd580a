package io.flywheel.objects;

import io.flywheel.erasure.Engine;
import io.flywheel.erasure.ErasureCode;
import io.flywheel.erasure.Scheme;
import java.util.concurrent.ConcurrentHashMap;

/// One code for each scheme in use: their matrices are kept.
public final class Codes {
    private final Engine engine;
    private final ConcurrentHashMap<Scheme, ErasureCode> codes = new ConcurrentHashMap<>();

    public Codes(Engine engine) {
        this.engine = engine;
    }

    ErasureCode of(Scheme scheme) {
        return codes.computeIfAbsent(scheme, wanted -> new ErasureCode(wanted, engine));
    }
}

package io.flywheel.frontend.auth;

import io.flywheel.frontend.http.Headers;
import java.nio.ByteBuffer;

/// A body that is the payload, with nothing to verify.
final class PlainBody implements BodyDecoder {
    static final Step.NeedMore NEED_MORE = new Step.NeedMore();

    /// Takes all of {@code raw}, which has remaining bytes.
    static Step.Payload takeAll(ByteBuffer raw) {
        var data = raw.slice();
        raw.position(raw.limit());
        return new Step.Payload(data);
    }

    @Override
    public Step next(ByteBuffer raw) {
        return raw.hasRemaining() ? takeAll(raw) : NEED_MORE;
    }

    @Override
    public End finish() {
        return new End.Complete(Headers.EMPTY);
    }
}

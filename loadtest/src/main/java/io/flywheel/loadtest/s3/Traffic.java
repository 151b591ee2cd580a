package io.flywheel.loadtest.s3;

import io.flywheel.loadtest.api.Context;

/// Hears what a request moves and how the service calls it.
public interface Traffic {
    /// Nobody wants to know.
    Traffic IGNORED = new Traffic() {
        @Override
        public void requestId(String id) {}

        @Override
        public void received(long bytes) {}
    };

    /// Said of requests that fail.
    void requestId(String id);

    void received(long bytes);

    /// Tells a transaction.
    static Traffic of(Context context) {
        return new Traffic() {
            @Override
            public void requestId(String id) {
                context.requestId(id);
            }

            @Override
            public void received(long bytes) {
                context.received(bytes);
            }
        };
    }
}

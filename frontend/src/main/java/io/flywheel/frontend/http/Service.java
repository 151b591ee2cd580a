package io.flywheel.frontend.http;

/// What answers requests.
@FunctionalInterface
public interface Service {
    /// Called on the event loop when the head of a request is complete. Must not block: it responds at
    /// once or starts a task that will. What it throws is logged and answered with {@code 500
    /// InternalError}.
    void handle(Exchange exchange);
}

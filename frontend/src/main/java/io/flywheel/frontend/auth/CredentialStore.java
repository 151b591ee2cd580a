package io.flywheel.frontend.auth;

import java.util.Optional;

/// Where credentials are looked up. Called on the event loop: answers from memory.
@FunctionalInterface
public interface CredentialStore {
    Optional<Credentials> find(String accessKey);
}

package io.flywheel.namespace;

import java.util.List;

/// @param createdMillis Unix milliseconds
/// @param tags in the order given, at most 50
public record Bucket(
        String name, AccountId owner, String region, long createdMillis, Versioning versioning, List<Tag> tags) {
    public Bucket {
        tags = List.copyOf(tags);
    }
}

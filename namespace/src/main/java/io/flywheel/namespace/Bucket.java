package io.flywheel.namespace;

import java.util.List;

/// @param createdMillis Unix milliseconds
/// @param tags in the order given, at most 50
public record Bucket(
        String name, AccountId owner, String region, long createdMillis, Versioning versioning, List<Tag> tags) {
    public Bucket {
        tags = List.copyOf(tags);
    }

    public Bucket withVersioning(Versioning newVersioning) {
        return new Bucket(name, owner, region, createdMillis, newVersioning, tags);
    }

    public Bucket withTags(List<Tag> newTags) {
        return new Bucket(name, owner, region, createdMillis, versioning, newTags);
    }
}

package io.flywheel.namespace;

import java.util.List;

/// What a client gives an object besides its bytes.
///
/// @param system the system headers to be returned as they came (Content-Type, Cache-Control, Content-Disposition,
///     Content-Encoding, Content-Language, Expires, x-amz-website-redirect-location), names in lower case
/// @param user the user metadata, names in lower case without {@code x-amz-meta-}
/// @param tags at most 10
/// @param storageClass as in S3, for example {@code STANDARD}
public record Attributes(List<Header> system, List<Header> user, List<Tag> tags, String storageClass) {
    /// A name and its value.
    public record Header(String name, String value) {}

    public Attributes {
        system = List.copyOf(system);
        user = List.copyOf(user);
        tags = List.copyOf(tags);
    }

    public Attributes withTags(List<Tag> newTags) {
        return new Attributes(system, user, newTags, storageClass);
    }
}

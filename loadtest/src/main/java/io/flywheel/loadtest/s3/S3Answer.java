package io.flywheel.loadtest.s3;

import java.util.Map;

/// An answer that was as expected.
///
/// @param fields those of {@link AnswerReceiver#KEPT} that it has, by name in lower case
/// @param document the body where it is XML
public record S3Answer(int status, Map<String, String> fields, XmlTree document) {
    public String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /// The version of the object that was written or deleted; empty where there are no versions.
    public String versionId() {
        return field("x-amz-version-id");
    }

    public String etag() {
        return field("etag");
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.xml.XmlElement;
import io.flywheel.frontend.s3.xml.XmlReader;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Bucket;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Outcome.Refusal;
import io.flywheel.namespace.Tag;
import io.flywheel.namespace.Versioning;
import java.util.List;
import java.util.Optional;

/// Buckets: create, head, delete, list, location, versioning, tags.
final class BucketOperations {
    private static final int PAGE_MAX = 10_000;

    private final Backend backend;

    BucketOperations(Backend backend) {
        this.backend = backend;
    }

    S3Response list(S3Request request) {
        Optional<String> limitGiven = request.query().nonEmpty("max-buckets");
        int limit = request.query().count("max-buckets", 1, PAGE_MAX, PAGE_MAX);
        String prefix = request.query().text("prefix").orElse("");
        String after = request.query()
                .nonEmpty("continuation-token")
                .map(token -> ContinuationToken.read(token).toUtf8())
                .orElse("");
        Optional<String> region = request.query().nonEmpty("bucket-region");
        List<Bucket> buckets =
                region.isPresent() && !region.get().equals(backend.options().region())
                        ? List.of()
                        : backend.namespace().buckets(request.account(), prefix, after, limit + 1);
        boolean more = buckets.size() > limit;
        List<Bucket> page = more ? buckets.subList(0, limit) : buckets;
        var xml = XmlWriter.document("ListAllMyBucketsResult");
        Owners.write(xml, "Owner", request.account());
        xml.open("Buckets");
        for (Bucket bucket : page) {
            xml.open("Bucket")
                    .element("Name", bucket.name())
                    .element("CreationDate", Dates.iso(bucket.createdMillis()));
            if (limitGiven.isPresent()) {
                xml.element("BucketRegion", bucket.region());
            }
            xml.close("Bucket");
        }
        xml.close("Buckets");
        if (more) {
            xml.element(
                    "ContinuationToken", ContinuationToken.write(page.getLast().name()));
        }
        if (!prefix.isEmpty()) {
            xml.element("Prefix", prefix);
        }
        return S3Response.xml(xml.close("ListAllMyBucketsResult"));
    }

    S3Response create(S3Request request, byte[] body) {
        String name = request.bucket();
        if (!BucketName.isValid(name)) {
            throw S3Error.INVALID_BUCKET_NAME.failure().with("BucketName", name);
        }
        checkLocation(body);
        Outcome outcome = backend.namespace()
                .apply(new Command.CreateBucket(
                        backend.stamp(request), name, backend.options().region()));
        if (outcome instanceof Outcome.Refused refused) {
            // In the oldest region creating one's own bucket again succeeds.
            boolean legacy = refused.refusal() == Refusal.BUCKET_ALREADY_OWNED_BY_YOU
                    && backend.options().region().equals(S3Options.DEFAULT_REGION);
            if (!legacy) {
                throw Backend.failure(request, refused);
            }
        }
        return S3Response.empty(200, Headers.of("location", "/" + name));
    }

    private void checkLocation(byte[] body) {
        String region = backend.options().region();
        Optional<XmlElement> configuration =
                body.length == 0 ? Optional.empty() : Optional.of(XmlReader.read(body, "CreateBucketConfiguration"));
        for (String unsupported : List.of("Location", "Bucket", "Tags")) {
            if (configuration.flatMap(root -> root.child(unsupported)).isPresent()) {
                throw S3Error.NOT_IMPLEMENTED.failure("The element " + unsupported + " is not implemented");
            }
        }
        String asked = configuration
                .flatMap(root -> root.childText("LocationConstraint"))
                .map(String::strip)
                .map(name -> name.equals("EU") ? "eu-west-1" : name)
                .orElse("");
        if (asked.equals(region) || (asked.isEmpty() && region.equals(S3Options.DEFAULT_REGION))) {
            return;
        }
        if (region.equals(S3Options.DEFAULT_REGION)) {
            throw S3Error.INVALID_LOCATION_CONSTRAINT.failure().with("LocationConstraint", asked);
        }
        throw S3Error.ILLEGAL_LOCATION_CONSTRAINT.failure("The " + (asked.isEmpty() ? "unspecified" : asked)
                + " location constraint is incompatible for the region specific endpoint this request was sent to.");
    }

    S3Response head(S3Request request) {
        Bucket bucket = backend.bucket(request.bucket());
        return S3Response.empty(
                200, Headers.of("x-amz-bucket-region", bucket.region(), "x-amz-access-point-alias", "false"));
    }

    S3Response delete(S3Request request) {
        backend.apply(request, new Command.DeleteBucket(backend.stamp(request), request.bucket()));
        return S3Response.empty(204);
    }

    S3Response location(S3Request request) {
        String region = backend.bucket(request.bucket()).region();
        var xml = XmlWriter.document("LocationConstraint");
        if (!region.equals(S3Options.DEFAULT_REGION)) {
            xml.text(region);
        }
        return S3Response.xml(xml.close("LocationConstraint"));
    }

    S3Response versioning(S3Request request) {
        Versioning versioning = backend.bucket(request.bucket()).versioning();
        var xml = XmlWriter.document("VersioningConfiguration");
        switch (versioning) {
            case UNVERSIONED -> {}
            case ENABLED -> xml.element("Status", "Enabled");
            case SUSPENDED -> xml.element("Status", "Suspended");
        }
        return S3Response.xml(xml.close("VersioningConfiguration"));
    }

    S3Response setVersioning(S3Request request, byte[] body) {
        XmlElement root = XmlReader.read(body, "VersioningConfiguration");
        String mfaDelete = root.childText("MfaDelete").orElse("Disabled");
        if (!mfaDelete.equals("Disabled")) {
            throw mfaDelete.equals("Enabled")
                    ? S3Error.NOT_IMPLEMENTED.failure("MFA delete is not implemented")
                    : S3Error.MALFORMED_XML.failure();
        }
        String status = root.childText("Status").orElseThrow(S3Error.ILLEGAL_VERSIONING_CONFIGURATION::failure);
        Versioning versioning = switch (status) {
            case "Enabled" -> Versioning.ENABLED;
            case "Suspended" -> Versioning.SUSPENDED;
            default -> throw S3Error.MALFORMED_XML.failure();
        };
        backend.apply(request, new Command.SetVersioning(backend.stamp(request), request.bucket(), versioning));
        return S3Response.empty(200);
    }

    S3Response tags(S3Request request) {
        List<Tag> tags = backend.bucket(request.bucket()).tags();
        if (tags.isEmpty()) {
            throw S3Error.NO_SUCH_TAG_SET.failure().with("BucketName", request.bucket());
        }
        return S3Response.xml(TagSets.write(tags));
    }

    S3Response setTags(S3Request request, byte[] body) {
        return setTags(request, TagSets.read(body, TagSets.BUCKET_TAGS_MAX));
    }

    S3Response deleteTags(S3Request request) {
        return setTags(request, List.of());
    }

    private S3Response setTags(S3Request request, List<Tag> tags) {
        backend.apply(request, new Command.SetBucketTags(backend.stamp(request), request.bucket(), tags));
        return S3Response.empty(204);
    }
}

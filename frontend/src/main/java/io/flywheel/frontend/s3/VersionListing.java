package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Version;
import io.flywheel.namespace.VersionPage;
import io.flywheel.namespace.VersionQuery;
import io.flywheel.namespace.VersionSelector;
import java.util.List;
import java.util.Optional;

/// ListObjectVersions.
final class VersionListing {
    private final Backend backend;

    VersionListing(Backend backend) {
        this.backend = backend;
    }

    S3Response list(S3Request request) {
        Query query = request.query();
        ListingNames names = ListingNames.of(query);
        Bytes prefix = query.bytes("prefix").orElse(Bytes.EMPTY);
        Bytes delimiter = query.bytes("delimiter").orElse(Bytes.EMPTY);
        Bytes keyMarker = query.bytes("key-marker").orElse(Bytes.EMPTY);
        String versionMarker = query.text("version-id-marker").orElse("");
        int limit = query.count("max-keys", 0, ObjectListing.PAGE_MAX, ObjectListing.PAGE_MAX);
        VersionPage page = page(request, prefix, delimiter, keyMarker, versionMarker, limit);
        var xml = XmlWriter.document("ListVersionsResult").element("Name", request.bucket());
        names.write(xml, "Prefix", prefix);
        names.write(xml, "KeyMarker", keyMarker);
        xml.element("VersionIdMarker", versionMarker);
        page.next().ifPresent(next -> {
            names.write(xml, "NextKeyMarker", next.key());
            next.version().ifPresent(version -> xml.element("NextVersionIdMarker", Backend.versionText(version)));
        });
        xml.element("MaxKeys", limit);
        names.writeUnlessEmpty(xml, "Delimiter", delimiter);
        names.writeType(xml);
        xml.element("IsTruncated", page.next().isPresent());
        for (VersionPage.Entry entry : page.entries()) {
            if (entry instanceof VersionPage.Entry.Of of) {
                write(xml, of, names);
            }
        }
        for (VersionPage.Entry entry : page.entries()) {
            if (entry instanceof VersionPage.Entry.CommonPrefix common) {
                names.writeCommonPrefix(xml, common.name());
            }
        }
        return S3Response.xml(xml.close("ListVersionsResult"));
    }

    private VersionPage page(
            S3Request request, Bytes prefix, Bytes delimiter, Bytes keyMarker, String versionMarker, int limit) {
        if (!versionMarker.isEmpty() && keyMarker.isEmpty()) {
            throw S3Error.invalidArgument(
                    "A version-id marker cannot be specified without a key marker.",
                    "version-id-marker",
                    versionMarker);
        }
        Optional<VersionSelector> after =
                versionMarker.isEmpty() ? Optional.empty() : Optional.of(S3Request.version(versionMarker));
        backend.bucket(request.bucket());
        return limit == 0
                ? new VersionPage(List.of(), Optional.empty())
                : backend.namespace()
                        .listVersions(request.bucket(), new VersionQuery(prefix, delimiter, keyMarker, after, limit));
    }

    private static void write(XmlWriter xml, VersionPage.Entry.Of entry, ListingNames names) {
        Version version = entry.version();
        String element = switch (version) {
            case Version.ObjectVersion object -> "Version";
            case Version.DeleteMarker marker -> "DeleteMarker";
        };
        xml.open(element);
        names.write(xml, "Key", entry.key());
        xml.element("VersionId", Backend.versionText(version))
                .element("IsLatest", entry.isLatest())
                .element("LastModified", Dates.iso(version.modifiedMillis()));
        if (version instanceof Version.ObjectVersion object) {
            xml.element("ETag", "\"" + object.etag() + "\"");
            object.checksum()
                    .ifPresent(checksum -> xml.element(
                                    "ChecksumAlgorithm", checksum.algorithm().name())
                            .element("ChecksumType", checksum.type().name()));
            xml.element("Size", object.sizeBytes())
                    .element("StorageClass", object.attributes().storageClass());
        }
        Owners.write(xml, "Owner", version.owner());
        xml.close(element);
    }
}

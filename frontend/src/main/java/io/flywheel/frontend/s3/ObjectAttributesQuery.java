package io.flywheel.frontend.s3;

import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Part;
import io.flywheel.namespace.UploadId;
import io.flywheel.namespace.Version.ObjectVersion;
import io.flywheel.namespace.Versioning;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// GetObjectAttributes.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html">S3</a>
final class ObjectAttributesQuery {
    private static final List<String> KNOWN = List.of("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize");
    private static final int PAGE_MAX = 1_000;

    private final Backend backend;

    ObjectAttributesQuery(Backend backend) {
        this.backend = backend;
    }

    S3Response answer(S3Request request) {
        Set<String> wanted = wanted(request);
        Lookup.Found found =
                backend.found(request, backend.namespace().lookup(request.bucket(), request.key(), request.version()));
        ObjectVersion version = found.version();
        ReadConditions.ofRead(request).checkRead(version.etag(), version.modifiedMillis());
        var xml = XmlWriter.document("GetObjectAttributesResponse");
        if (wanted.contains("ETag")) {
            xml.element("ETag", version.etag());
        }
        if (wanted.contains("Checksum") && version.checksum().isPresent()) {
            xml.open("Checksum");
            ObjectChecksum checksum = version.checksum().get();
            // Unlike everywhere else the number of parts is not appended here.
            xml.element(ChecksumText.element(checksum.algorithm()), RequestChecksum.encode(checksum.value()))
                    .element("ChecksumType", checksum.type().name());
            xml.close("Checksum");
        }
        if (wanted.contains("ObjectParts") && version.content() instanceof Content.Parts parts) {
            writeParts(request, xml, version, parts.upload());
        }
        if (wanted.contains("StorageClass")) {
            xml.element("StorageClass", version.attributes().storageClass());
        }
        if (wanted.contains("ObjectSize")) {
            xml.element("ObjectSize", version.sizeBytes());
        }
        Headers.Builder headers = Headers.builder().add("last-modified", Dates.http(version.modifiedMillis()));
        if (found.versioning() != Versioning.UNVERSIONED) {
            headers.add("x-amz-version-id", Backend.versionText(version));
        }
        return S3Response.xml(200, headers.build(), xml.close("GetObjectAttributesResponse"));
    }

    private static Set<String> wanted(S3Request request) {
        Set<String> wanted = new HashSet<>();
        for (String header : request.headers().all("x-amz-object-attributes")) {
            for (String name : header.split(",", -1)) {
                if (!KNOWN.contains(name.strip())) {
                    throw S3Error.invalidArgument(
                            "Invalid attribute name specified.", "x-amz-object-attributes", header);
                }
                wanted.add(name.strip());
            }
        }
        if (wanted.isEmpty()) {
            throw S3Error.INVALID_REQUEST.failure(
                    "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or "
                            + "empty");
        }
        return wanted;
    }

    private void writeParts(S3Request request, XmlWriter xml, ObjectVersion version, UploadId upload) {
        int limit = number(request, "x-amz-max-parts", PAGE_MAX, PAGE_MAX);
        int marker = number(request, "x-amz-part-number-marker", 0, Integer.MAX_VALUE);
        List<Part> found = limit == 0 ? List.of() : backend.namespace().parts(upload, marker, limit + 1);
        boolean more = found.size() > limit;
        List<Part> page = more ? found.subList(0, limit) : found;
        xml.open("ObjectParts").element("PartsCount", version.partCount()).element("PartNumberMarker", marker);
        if (!page.isEmpty()) {
            xml.element("NextPartNumberMarker", page.getLast().number());
        }
        xml.element("MaxParts", limit).element("IsTruncated", more);
        if (version.checksum().isPresent()) {
            String element = ChecksumText.element(version.checksum().get().algorithm());
            for (Part part : page) {
                xml.open("Part");
                part.checksum().ifPresent(value -> xml.element(element, RequestChecksum.encode(value)));
                xml.element("PartNumber", part.number())
                        .element("Size", part.sizeBytes())
                        .close("Part");
            }
        }
        xml.close("ObjectParts");
    }

    private static int number(S3Request request, String header, int otherwise, int most) {
        String text = request.headers().firstOr(header, "");
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= 0) {
                return Math.min(number, most);
            }
        } catch (NumberFormatException e) {
            // Refused below, like a negative number.
        }
        throw S3Error.invalidArgument("Provided " + header + " not an integer or within integer range", header, text);
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.ListPage;
import io.flywheel.namespace.ListQuery;
import java.util.Optional;

/// ListObjects and ListObjectsV2.
final class ObjectListing {
    static final int PAGE_MAX = 1_000;

    private final Backend backend;

    ObjectListing(Backend backend) {
        this.backend = backend;
    }

    S3Response version1(S3Request request) {
        Query query = request.query();
        ListingNames names = ListingNames.of(query);
        Bytes prefix = query.bytes("prefix").orElse(Bytes.EMPTY);
        Bytes delimiter = query.bytes("delimiter").orElse(Bytes.EMPTY);
        Bytes marker = query.bytes("marker").orElse(Bytes.EMPTY);
        int limit = query.count("max-keys", 0, PAGE_MAX, PAGE_MAX);
        ListPage page = page(request, prefix, delimiter, marker, limit);
        var xml = XmlWriter.document("ListBucketResult").element("Name", request.bucket());
        names.write(xml, "Prefix", prefix);
        names.write(xml, "Marker", marker);
        if (!delimiter.isEmpty()) {
            // Without a delimiter clients go on from the last key.
            page.next().ifPresent(next -> names.write(xml, "NextMarker", next));
        }
        xml.element("MaxKeys", limit);
        names.writeUnlessEmpty(xml, "Delimiter", delimiter);
        names.writeType(xml);
        xml.element("IsTruncated", page.next().isPresent());
        writeEntries(xml, page, names, true);
        return S3Response.xml(xml.close("ListBucketResult"));
    }

    S3Response version2(S3Request request) {
        Query query = request.query();
        ListingNames names = ListingNames.of(query);
        Bytes prefix = query.bytes("prefix").orElse(Bytes.EMPTY);
        Bytes delimiter = query.bytes("delimiter").orElse(Bytes.EMPTY);
        Bytes startAfter = query.bytes("start-after").orElse(Bytes.EMPTY);
        Optional<String> token = query.text("continuation-token");
        int limit = query.count("max-keys", 0, PAGE_MAX, PAGE_MAX);
        boolean withOwner = query.text("fetch-owner").orElse("").equals("true");
        ListPage page = page(
                request, prefix, delimiter, token.map(ContinuationToken::read).orElse(startAfter), limit);
        var xml = XmlWriter.document("ListBucketResult").element("Name", request.bucket());
        names.write(xml, "Prefix", prefix);
        names.writeUnlessEmpty(xml, "StartAfter", startAfter);
        token.ifPresent(text -> xml.element("ContinuationToken", text));
        page.next().ifPresent(next -> xml.element("NextContinuationToken", ContinuationToken.write(next)));
        xml.element("KeyCount", page.entries().size()).element("MaxKeys", limit);
        names.writeUnlessEmpty(xml, "Delimiter", delimiter);
        names.writeType(xml);
        xml.element("IsTruncated", page.next().isPresent());
        writeEntries(xml, page, names, withOwner);
        return S3Response.xml(xml.close("ListBucketResult"));
    }

    private ListPage page(S3Request request, Bytes prefix, Bytes delimiter, Bytes after, int limit) {
        backend.bucket(request.bucket());
        if (limit == 0) {
            return new ListPage(java.util.List.of(), Optional.empty());
        }
        return backend.namespace().list(request.bucket(), new ListQuery(prefix, delimiter, after, limit));
    }

    private static void writeEntries(XmlWriter xml, ListPage page, ListingNames names, boolean withOwner) {
        for (ListPage.Entry entry : page.entries()) {
            if (entry instanceof ListPage.Summary summary) {
                writeSummary(xml, summary, names, withOwner);
            }
        }
        for (ListPage.Entry entry : page.entries()) {
            if (entry instanceof ListPage.CommonPrefix prefix) {
                names.writeCommonPrefix(xml, prefix.name());
            }
        }
    }

    private static void writeSummary(XmlWriter xml, ListPage.Summary summary, ListingNames names, boolean withOwner) {
        xml.open("Contents");
        names.write(xml, "Key", summary.name());
        xml.element("LastModified", Dates.iso(summary.modifiedMillis())).element("ETag", "\"" + summary.etag() + "\"");
        summary.checksum().ifPresent(algorithm -> xml.element("ChecksumAlgorithm", algorithm.name()));
        summary.checksumType().ifPresent(type -> xml.element("ChecksumType", type.name()));
        xml.element("Size", summary.sizeBytes());
        if (withOwner) {
            Owners.write(xml, "Owner", summary.owner());
        }
        xml.element("StorageClass", summary.storageClass()).close("Contents");
    }
}

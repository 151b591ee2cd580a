package io.flywheel.frontend.s3;

import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Tag;
import io.flywheel.namespace.Upload;
import io.flywheel.namespace.Version.ObjectVersion;
import io.flywheel.namespace.Versioning;
import io.flywheel.objects.DataReader;
import io.flywheel.objects.ReadLease;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// CopyObject and UploadPartCopy: the bytes are read, verified and written anew.
final class ObjectCopies {
    private static final String METADATA_DIRECTIVE = "x-amz-metadata-directive";
    private static final String TAGGING_DIRECTIVE = "x-amz-tagging-directive";

    private final Backend backend;
    private final ObjectWrites writes;
    private final Uploads uploads;

    ObjectCopies(Backend backend, ObjectWrites writes, Uploads uploads) {
        this.backend = backend;
        this.writes = writes;
        this.uploads = uploads;
    }

    S3Response copy(S3Request request) {
        CopySource source = CopySource.of(request);
        Condition condition = WriteConditions.ofWrite(request);
        Optional<ChecksumAlgorithm> asked = askedChecksum(request);
        boolean replacesMetadata = replaces(request, METADATA_DIRECTIVE);
        checkChanges(request, source, replacesMetadata, asked);
        backend.bucket(request.bucket());
        try (ReadLease _ = backend.data().lease()) {
            Lookup.Found found = source.found(backend);
            ObjectVersion version = found.version();
            ReadConditions.ofCopySource(request).checkCopy(version.etag(), version.modifiedMillis());
            if (version.sizeBytes() > ObjectWrites.PUT_BYTES_MAX) {
                throw S3Error.INVALID_REQUEST.failure(
                        "The specified copy source is larger than the maximum allowable size for a copy source: "
                                + ObjectWrites.PUT_BYTES_MAX);
            }
            Attributes attributes = attributes(request, version, replacesMetadata);
            WriteConditions.checkEarly(backend.namespace(), request.bucket(), request.key(), condition);
            ChecksumAlgorithm kept = asked.orElse(
                    version.checksum().map(ObjectChecksum::algorithm).orElse(ChecksumAlgorithm.CRC64NVME));
            PayloadSink.Stored stored = copyBytes(version, 0, version.sizeBytes(), attributes.storageClass(), kept);
            Outcome.ObjectPut put = writes.commit(request, stored, kept, condition, attributes);
            return answer(put, found);
        }
    }

    private static S3Response answer(Outcome.ObjectPut put, Lookup.Found source) {
        ObjectVersion version = put.version();
        var xml = XmlWriter.document("CopyObjectResult")
                .element("LastModified", Dates.iso(version.modifiedMillis()))
                .element("ETag", "\"" + version.etag() + "\"");
        version.checksum().ifPresent(checksum -> ChecksumText.write(xml, checksum));
        Headers.Builder headers = Headers.builder();
        if (put.versioning() != Versioning.UNVERSIONED) {
            headers.add("x-amz-version-id", Backend.versionText(version));
        }
        addSourceVersion(headers, source);
        return S3Response.xml(200, headers.build(), xml.close("CopyObjectResult"));
    }

    private static void addSourceVersion(Headers.Builder headers, Lookup.Found source) {
        if (source.versioning() != Versioning.UNVERSIONED) {
            headers.add("x-amz-copy-source-version-id", Backend.versionText(source.version()));
        }
    }

    private static Optional<ChecksumAlgorithm> askedChecksum(S3Request request) {
        return request.header("x-amz-checksum-algorithm")
                .map(name -> RequestChecksum.parse(name)
                        .orElseThrow(() -> S3Error.INVALID_REQUEST.failure(
                                "Checksum algorithm provided is unsupported. Please try again with any of the valid "
                                        + "types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")));
    }

    private static boolean replaces(S3Request request, String directive) {
        String value = request.headers().firstOr(directive, "COPY");
        return switch (value) {
            case "COPY" -> false;
            case "REPLACE" -> true;
            default ->
                throw S3Error.invalidArgument(
                        "Unknown " + (directive.equals(METADATA_DIRECTIVE) ? "metadata" : "tagging") + " directive.",
                        directive,
                        value);
        };
    }

    private static void checkChanges(
            S3Request request, CopySource source, boolean replacesMetadata, Optional<ChecksumAlgorithm> asked) {
        boolean onItself =
                source.bucket().equals(request.bucket()) && source.key().equals(request.key()) && source.isCurrent();
        boolean changes = replacesMetadata
                || asked.isPresent()
                || request.headers().contains("x-amz-storage-class")
                || request.headers().contains(ObjectAttributes.WEBSITE_REDIRECT);
        if (onItself && !changes) {
            throw S3Error.INVALID_REQUEST.failure(
                    "This copy request is illegal because it is trying to copy an object to itself without changing"
                            + " the object's metadata, storage class, website redirect location or encryption"
                            + " attributes.");
        }
    }

    private static Attributes attributes(S3Request request, ObjectVersion source, boolean replacesMetadata) {
        Headers headers = request.headers();
        List<Tag> tags = replaces(request, TAGGING_DIRECTIVE)
                ? ObjectAttributes.tags(headers)
                : source.attributes().tags();
        String storageClass = ObjectAttributes.storageClass(headers);
        if (replacesMetadata) {
            return new Attributes(ObjectAttributes.system(headers), ObjectAttributes.user(headers), tags, storageClass);
        }
        // The redirect belongs to the key, not to its content: it is given anew or not at all.
        List<Attributes.Header> system = new java.util.ArrayList<>();
        for (Attributes.Header header : source.attributes().system()) {
            if (!header.name().equals(ObjectAttributes.WEBSITE_REDIRECT)) {
                system.add(header);
            }
        }
        headers.first(ObjectAttributes.WEBSITE_REDIRECT)
                .ifPresent(to -> system.add(new Attributes.Header(ObjectAttributes.WEBSITE_REDIRECT, to)));
        return new Attributes(system, source.attributes().user(), tags, storageClass);
    }

    private PayloadSink.Stored copyBytes(
            ObjectVersion version, long offset, long length, String storageClass, ChecksumAlgorithm kept) {
        Optional<ObjectChecksum> known = version.checksum()
                .filter(checksum ->
                        checksum.type() == ObjectChecksum.Type.FULL_OBJECT && length == version.sizeBytes());
        Set<ChecksumAlgorithm> algorithms = EnumSet.of(kept);
        known.ifPresent(checksum -> algorithms.add(checksum.algorithm()));
        PayloadReceiver.checkSpace(backend, length);
        var sink = new PayloadSink(backend, storageClass, length, algorithms);
        boolean finished = false;
        try (DataReader reader = backend.data().reader(version.content(), offset, length)) {
            boolean ended = false;
            while (!ended) {
                switch (reader.next()) {
                    case DataReader.Step.Piece piece -> sink.append(piece.bytes(), piece.release());
                    case DataReader.Step.End end -> ended = true;
                    case DataReader.Step.Corrupt corrupt -> throw S3Error.INTERNAL_ERROR.failure();
                    case DataReader.Step.Unavailable unavailable -> throw S3Error.SERVICE_UNAVAILABLE.failure();
                    case DataReader.Step.NoMemory noMemory -> throw S3Error.slowDown();
                }
            }
            PayloadSink.Stored stored = sink.finish();
            finished = true;
            boolean same = known.isEmpty()
                    || known.get().value().equals(stored.checksum(known.get().algorithm()));
            if (!same) {
                backend.data().discard(stored.content());
                throw S3Error.INTERNAL_ERROR.failure();
            }
            return stored;
        } finally {
            if (!finished) {
                sink.abort();
            }
        }
    }

    S3Response copyPart(S3Request request) {
        int number = PartNumbers.ofRequest(request);
        CopySource source = CopySource.of(request);
        Upload upload = uploads.inProgress(request);
        try (ReadLease _ = backend.data().lease()) {
            Lookup.Found found = source.found(backend);
            ObjectVersion version = found.version();
            ReadConditions.ofCopySource(request).checkCopy(version.etag(), version.modifiedMillis());
            ByteRange range = request.header("x-amz-copy-source-range")
                    .map(text -> copyRange(text, version.sizeBytes()))
                    .orElse(new ByteRange(0, version.sizeBytes() - 1));
            if (range.length() > ObjectWrites.PUT_BYTES_MAX) {
                throw S3Error.INVALID_REQUEST.failure(
                        "The specified copy source is larger than the maximum allowable size for a copy source: "
                                + ObjectWrites.PUT_BYTES_MAX);
            }
            ChecksumAlgorithm kept = upload.checksum().orElse(ChecksumAlgorithm.CRC64NVME);
            PayloadSink.Stored stored = copyBytes(
                    version, range.first(), range.length(), upload.attributes().storageClass(), kept);
            long modifiedMillis = writes.commitPart(request, stored, upload, number);
            var xml = XmlWriter.document("CopyPartResult")
                    .element("LastModified", Dates.iso(modifiedMillis))
                    .element("ETag", "\"" + stored.etag() + "\"")
                    .element(ChecksumText.element(kept), RequestChecksum.encode(stored.checksum(kept)));
            Headers.Builder headers = Headers.builder();
            addSourceVersion(headers, found);
            return S3Response.xml(200, headers.build(), xml.close("CopyPartResult"));
        }
    }

    /// Unlike a Range, this one must be exact: {@code bytes=first-last} within the source.
    private static ByteRange copyRange(String text, long sizeBytes) {
        var form =
                java.util.regex.Pattern.compile("bytes=(\\d{1,18})-(\\d{1,18})").matcher(text.strip());
        if (!form.matches()) {
            throw S3Error.invalidArgument(
                    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are "
                            + "the zero-based offsets of the first and last bytes to copy",
                    "x-amz-copy-source-range",
                    text);
        }
        long first = Long.parseLong(form.group(1));
        long last = Long.parseLong(form.group(2));
        if (first > last || last >= sizeBytes) {
            throw rangeOutside(text, sizeBytes);
        }
        return new ByteRange(first, last);
    }

    private static S3Failure rangeOutside(String text, long sizeBytes) {
        return S3Error.invalidArgument(
                "Range specified is not valid for source object of size: " + sizeBytes,
                "x-amz-copy-source-range",
                text);
    }
}

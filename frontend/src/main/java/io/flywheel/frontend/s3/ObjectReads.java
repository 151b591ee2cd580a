package io.flywheel.frontend.s3;

import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Part;
import io.flywheel.namespace.PartLayout;
import io.flywheel.namespace.Version.ObjectVersion;
import io.flywheel.namespace.Versioning;
import io.flywheel.objects.ReadLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// GetObject and HeadObject.
final class ObjectReads {
    private static final String OVERRIDE = "response-";
    private static final List<String> OVERRIDABLE = List.of(
            "content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding");

    private final Backend backend;

    ObjectReads(Backend backend) {
        this.backend = backend;
    }

    /// What a read answers with, before anything of the content is touched.
    ///
    /// @param offset of the first byte to send
    private record Answer(int status, Headers headers, ObjectVersion version, long offset, long length) {}

    S3Response get(S3Request request) {
        ReadLease lease = backend.data().lease();
        boolean handedOver = false;
        try {
            Answer answer = answer(request, lookup(request));
            handedOver = true;
            return new S3Response.Data(
                    answer.status, answer.headers, answer.version.content(), answer.offset, answer.length, lease);
        } finally {
            if (!handedOver) {
                lease.close();
            }
        }
    }

    S3Response head(S3Request request) {
        Answer answer = answer(request, lookup(request));
        return new S3Response.HeadOnly(answer.status, answer.headers, answer.length);
    }

    /// The answer to a read that can be given at once, without waiting for anything: to HEAD, and to GET of an object
    /// that travels in the namespace. Called on the event loop.
    ///
    /// @throws S3Failure when that is the answer
    Optional<S3Response> tryNow(S3Request request) {
        // Parts have to be looked up.
        if (request.query().has("partNumber")) {
            return Optional.empty();
        }
        Optional<Lookup> lookup = backend.namespace().peek(request.bucket(), request.key(), request.version());
        if (lookup.isEmpty()) {
            return Optional.empty();
        }
        if (request.operation() == Operation.HEAD_OBJECT) {
            Answer answer = answer(request, lookup.get());
            return Optional.of(new S3Response.HeadOnly(answer.status, answer.headers, answer.length));
        }
        if (lookup.get() instanceof Lookup.Found found && !(found.version().content() instanceof Content.Inline)) {
            return Optional.empty();
        }
        Answer answer = answer(request, lookup.get());
        if (!(answer.version.content() instanceof Content.Inline inline)) {
            return Optional.empty();
        }
        return Optional.of(new S3Response.Inline(
                answer.status, answer.headers, inline.bytes().buffer().slice((int) answer.offset, (int)
                        answer.length)));
    }

    private Lookup lookup(S3Request request) {
        return backend.namespace().lookup(request.bucket(), request.key(), request.version());
    }

    private Answer answer(S3Request request, Lookup lookup) {
        Lookup.Found found = backend.found(request, lookup);
        ObjectVersion version = found.version();
        try {
            ReadConditions conditions = ReadConditions.ofRead(request);
            if (!conditions.isNone()) {
                conditions.checkRead(version.etag(), version.modifiedMillis());
            }
        } catch (S3Failure e) {
            throw withIdentity(e, found);
        }
        Headers.Builder headers = Headers.builder();
        addIdentity(headers, found);
        headers.add("accept-ranges", "bytes");
        addAttributes(request, version, headers);
        Optional<String> partNumber = request.query().text("partNumber");
        if (partNumber.isPresent()) {
            return part(request, version, partNumber.get(), headers);
        }
        Optional<ByteRange> range = request.header("range")
                .filter(header -> ifRangeHolds(request, version))
                .flatMap(header -> ByteRange.parse(header, version.sizeBytes()));
        if (range.isPresent()) {
            return ranged(version, range.get(), headers);
        }
        if (wantsChecksum(request)) {
            version.checksum().ifPresent(checksum -> addChecksum(headers, checksum));
        }
        return new Answer(200, headers.build(), version, 0, version.sizeBytes());
    }

    private static Answer ranged(ObjectVersion version, ByteRange range, Headers.Builder headers) {
        headers.add("content-range", range.contentRange(version.sizeBytes()));
        return new Answer(206, headers.build(), version, range.first(), range.length());
    }

    private static void addIdentity(Headers.Builder headers, Lookup.Found found) {
        headers.add("last-modified", Dates.http(found.version().modifiedMillis()))
                .add("etag", "\"" + found.version().etag() + "\"");
        if (found.versioning() != Versioning.UNVERSIONED) {
            headers.add("x-amz-version-id", Backend.versionText(found.version()));
        }
    }

    private static S3Failure withIdentity(S3Failure failure, Lookup.Found found) {
        if (failure.error() != S3Error.NOT_MODIFIED) {
            return failure;
        }
        Headers.Builder identity = Headers.builder();
        addIdentity(identity, found);
        Headers headers = identity.build();
        for (int i = 0; i < headers.size(); i++) {
            failure.withHeader(headers.name(i), headers.value(i));
        }
        return failure;
    }

    /// The stored headers, but for those that {@code response-*} parameters override.
    private static void addAttributes(S3Request request, ObjectVersion version, Headers.Builder headers) {
        List<Attributes.Header> overrides = overrides(request);
        Attributes attributes = version.attributes();
        if (!overrides.isEmpty()) {
            List<Attributes.Header> system = new ArrayList<>(overrides);
            for (Attributes.Header header : attributes.system()) {
                if (overrides.stream().noneMatch(override -> override.name().equals(header.name()))) {
                    system.add(header);
                }
            }
            attributes = new Attributes(system, attributes.user(), attributes.tags(), attributes.storageClass());
        }
        ObjectAttributes.write(attributes, headers);
    }

    private static List<Attributes.Header> overrides(S3Request request) {
        List<Attributes.Header> overrides = new ArrayList<>();
        for (Query.Parameter parameter : request.query().parameters()) {
            if (!parameter.name().startsWith(OVERRIDE)) {
                continue;
            }
            String name = parameter.name().substring(OVERRIDE.length());
            String value = ObjectAttributes.asHeader(parameter.value());
            if (OVERRIDABLE.contains(name)) {
                if (!Headers.isValidValue(value)) {
                    throw S3Error.invalidArgument(
                            "Header value cannot be represented",
                            parameter.name(),
                            parameter.value().toUtf8());
                }
                overrides.add(new Attributes.Header(name, value));
            }
        }
        return overrides;
    }

    private static boolean wantsChecksum(S3Request request) {
        return request.headers().firstOr("x-amz-checksum-mode", "").equalsIgnoreCase("ENABLED");
    }

    private static void addChecksum(Headers.Builder headers, ObjectChecksum checksum) {
        headers.add(checksum.algorithm().header(), ChecksumText.of(checksum))
                .add("x-amz-checksum-type", checksum.type().name());
    }

    /// Without If-Range, or when it names this very object, a Range counts.
    private static boolean ifRangeHolds(S3Request request, ObjectVersion version) {
        Optional<String> condition = request.header("if-range");
        if (condition.isEmpty()) {
            return true;
        }
        Optional<Long> date = Dates.parse(condition.get());
        return date.isPresent()
                ? Math.floorDiv(version.modifiedMillis(), 1_000L) == date.get()
                : ReadConditions.matches(condition.get(), version.etag());
    }

    private Answer part(S3Request request, ObjectVersion version, String text, Headers.Builder headers) {
        int number = PartNumbers.parse(text);
        if (request.headers().contains("range")) {
            throw S3Error.INVALID_REQUEST.failure("Cannot specify both Range header and partNumber query parameter");
        }
        if (!(version.content() instanceof Content.Parts parts)) {
            if (number != 1) {
                throw notThatPart(number, 1);
            }
            if (wantsChecksum(request)) {
                version.checksum().ifPresent(checksum -> addChecksum(headers, checksum));
            }
            return version.sizeBytes() == 0
                    ? new Answer(200, headers.build(), version, 0, 0)
                    : ranged(version, new ByteRange(0, version.sizeBytes() - 1), headers);
        }
        PartLayout layout = backend.namespace()
                .layout(parts.upload())
                .orElseThrow(() ->
                        S3Error.NO_SUCH_KEY.failure().with("Key", request.key().toUtf8()));
        int index = java.util.Arrays.binarySearch(layout.numbers(), number);
        if (index < 0) {
            throw notThatPart(number, layout.count());
        }
        headers.add("x-amz-mp-parts-count", layout.count());
        if (wantsChecksum(request) && version.checksum().isPresent()) {
            ObjectChecksum whole = version.checksum().get();
            backend.namespace()
                    .part(parts.upload(), number)
                    .flatMap(Part::checksum)
                    .ifPresent(value -> headers.add(whole.algorithm().header(), RequestChecksum.encode(value))
                            .add("x-amz-checksum-type", whole.type().name()));
        }
        long first = layout.startOf(index);
        long last = layout.ends()[index] - 1;
        return last < first
                ? new Answer(200, headers.build(), version, 0, 0)
                : ranged(version, new ByteRange(first, last), headers);
    }

    private static S3Failure notThatPart(int number, int count) {
        return S3Error.INVALID_PART_NUMBER
                .failure()
                .with("ActualPartCount", Integer.toString(count))
                .with("PartNumberRequested", Integer.toString(number));
    }
}

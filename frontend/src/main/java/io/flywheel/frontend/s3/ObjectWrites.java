package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.frontend.http.Exchange;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.ObjectChecksum;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Part;
import io.flywheel.namespace.Upload;
import io.flywheel.namespace.Versioning;
import io.flywheel.objects.ObjectData;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// PutObject and UploadPart, and the commits that copies share with them.
final class ObjectWrites {
    static final long PUT_BYTES_MAX = 5L << 30;

    /// What a tiny payload and the signatures of its chunks may take.
    private static final long TINY_BODY_BYTES_MAX = 16 << 10;

    private final Backend backend;
    private final PayloadReceiver receiver;
    private final Uploads uploads;

    ObjectWrites(Backend backend, PayloadReceiver receiver, Uploads uploads) {
        this.backend = backend;
        this.receiver = receiver;
        this.uploads = uploads;
    }

    /// A payload that is stored, and the command that makes it the object.
    private record Prepared(PayloadSink.Stored stored, ChecksumAlgorithm kept, Command.PutObject command) {}

    S3Response put(Exchange exchange, S3Request request) {
        Prepared prepared = prepare(exchange, request);
        return answer(prepared, commit(request, prepared.stored, prepared.command));
    }

    /// Whether the object is so small that it can be put without waiting, once its payload has arrived.
    boolean isTiny(Exchange exchange, S3Request request) {
        long received = exchange.body().contentLength();
        return received >= 0
                && received <= TINY_BODY_BYTES_MAX
                && PayloadReceiver.length(exchange, request) <= ObjectData.INLINE_BYTES_MAX
                && WriteConditions.ofWrite(request).equals(Condition.NONE)
                // Whoever waits for leave to send is told first what is wrong with the request.
                && !request.headers().contains("expect");
    }

    /// Puts a tiny object whose payload has arrived; never waits.
    ///
    /// @param answer hears the answer once, on any thread; what it is given throws an
    ///     {@link io.flywheel.frontend.s3.error.S3Failure} when that is the answer
    void putTiny(Exchange exchange, S3Request request, Consumer<Supplier<S3Response>> answer) {
        Prepared prepared = prepare(exchange, request);
        boolean submitted = backend.namespace()
                .submit(
                        prepared.command,
                        outcome -> answer.accept(() -> answer(prepared, settled(request, prepared.stored, outcome))));
        if (!submitted) {
            throw S3Error.slowDown();
        }
    }

    private Prepared prepare(Exchange exchange, S3Request request) {
        long length = checkedLength(exchange, request);
        Attributes attributes = ObjectAttributes.read(request.headers());
        RequestChecksum stated = RequestChecksum.ofPayload(request.headers());
        Condition condition = WriteConditions.ofWrite(request);
        backend.bucket(request.bucket());
        WriteConditions.checkEarly(backend.namespace(), request.bucket(), request.key(), condition);
        // Without a choice S3 keeps CRC64NVME.
        ChecksumAlgorithm kept = stated.algorithm().orElse(ChecksumAlgorithm.CRC64NVME);
        PayloadSink.Stored stored = receiver.store(exchange, request, attributes.storageClass(), stated, kept, length);
        return new Prepared(stored, kept, command(request, stored, kept, condition, attributes));
    }

    private static S3Response answer(Prepared prepared, Outcome outcome) {
        Outcome.ObjectPut put = wasPut(outcome);
        ChecksumAlgorithm kept = prepared.kept;
        Headers.Builder headers = Headers.builder()
                .add("etag", "\"" + prepared.stored.etag() + "\"")
                .add(kept.header(), RequestChecksum.encode(prepared.stored.checksum(kept)))
                .add("x-amz-checksum-type", ObjectChecksum.Type.FULL_OBJECT.name());
        if (put.versioning() != Versioning.UNVERSIONED) {
            headers.add("x-amz-version-id", Backend.versionText(put.version()));
        }
        return S3Response.empty(200, headers.build());
    }

    /// @throws io.flywheel.frontend.s3.error.S3Failure MissingContentLength, EntityTooLarge
    private static long checkedLength(Exchange exchange, S3Request request) {
        long length = PayloadReceiver.length(exchange, request);
        if (length > PUT_BYTES_MAX) {
            throw S3Error.ENTITY_TOO_LARGE
                    .failure()
                    .with("ProposedSize", Long.toString(length))
                    .with("MaxSizeAllowed", Long.toString(PUT_BYTES_MAX));
        }
        return length;
    }

    /// Makes a stored payload the object.
    Outcome.ObjectPut commit(
            S3Request request,
            PayloadSink.Stored stored,
            ChecksumAlgorithm kept,
            Condition condition,
            Attributes attributes) {
        return wasPut(commit(request, stored, command(request, stored, kept, condition, attributes)));
    }

    private Command.PutObject command(
            S3Request request,
            PayloadSink.Stored stored,
            ChecksumAlgorithm kept,
            Condition condition,
            Attributes attributes) {
        return new Command.PutObject(
                backend.stamp(request),
                request.bucket(),
                request.key(),
                backend.random().nextLong(),
                stored.lease(),
                condition,
                stored.sizeBytes(),
                stored.etag(),
                Optional.of(new ObjectChecksum(kept, ObjectChecksum.Type.FULL_OBJECT, stored.checksum(kept), 0)),
                attributes,
                stored.content());
    }

    private static Outcome.ObjectPut wasPut(Outcome outcome) {
        if (!(outcome instanceof Outcome.ObjectPut put)) {
            throw S3Error.INTERNAL_ERROR.failure();
        }
        return put;
    }

    /// Makes a stored payload a part of the upload.
    ///
    /// @return when it was modified, in Unix milliseconds
    long commitPart(S3Request request, PayloadSink.Stored stored, Upload upload, int number) {
        Optional<Bytes> checksum = upload.checksum().map(stored::checksum);
        Command.Stamp stamp = backend.stamp(request);
        commit(
                request,
                stored,
                new Command.PutPart(
                        stamp,
                        request.bucket(),
                        request.key(),
                        upload.id(),
                        stored.lease(),
                        new Part(
                                number,
                                stored.sizeBytes(),
                                stored.etag(),
                                checksum,
                                stamp.unixMillis(),
                                stored.content())));
        return stamp.unixMillis();
    }

    private Outcome commit(S3Request request, PayloadSink.Stored stored, Command command) {
        return settled(request, stored, backend.namespace().apply(command));
    }

    /// @throws io.flywheel.frontend.s3.error.S3Failure when the command was refused; nothing is left then, unless it is
    ///     not known what happened
    private Outcome settled(S3Request request, PayloadSink.Stored stored, Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            if (refused.refusal() == Outcome.Refusal.UNAVAILABLE) {
                backend.data().doubt(stored.content());
            } else {
                backend.data().discard(stored.content());
            }
            throw Backend.failure(request, refused);
        }
        backend.data().settle(stored.content());
        return outcome;
    }

    S3Response putPart(Exchange exchange, S3Request request) {
        int number = PartNumbers.ofRequest(request);
        long length = checkedLength(exchange, request);
        RequestChecksum stated = RequestChecksum.ofPayload(request.headers());
        Upload upload = uploads.inProgress(request);
        ChecksumAlgorithm kept = keptForPart(upload, stated);
        PayloadSink.Stored stored =
                receiver.store(exchange, request, upload.attributes().storageClass(), stated, kept, length);
        commitPart(request, stored, upload, number);
        ChecksumAlgorithm shown = stated.algorithm().orElse(kept);
        return S3Response.empty(
                200,
                Headers.of(
                        "etag",
                        "\"" + stored.etag() + "\"",
                        shown.header(),
                        RequestChecksum.encode(stored.checksum(shown))));
    }

    /// Parts keep the checksum that the upload was begun with. One begun without a choice keeps CRC64NVME, and
    /// its parts may be guarded by any other on their way.
    static ChecksumAlgorithm keptForPart(Upload upload, RequestChecksum stated) {
        ChecksumAlgorithm kept = upload.checksum().orElse(ChecksumAlgorithm.CRC64NVME);
        boolean fits =
                stated.algorithm().isEmpty() || stated.algorithm().get() == kept || kept == ChecksumAlgorithm.CRC64NVME;
        if (!fits) {
            throw S3Error.INVALID_REQUEST.failure("Checksum Type mismatch occurred, expected checksum Type: "
                    + kept.name().toLowerCase(java.util.Locale.ROOT)
                    + ", actual checksum Type: "
                    + stated.algorithm()
                            .map(a -> a.name().toLowerCase(java.util.Locale.ROOT))
                            .orElse("null"));
        }
        return kept;
    }
}

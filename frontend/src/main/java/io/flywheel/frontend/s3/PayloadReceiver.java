package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.frontend.auth.BodyDecoder;
import io.flywheel.frontend.http.Exchange;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.http.RequestBody;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// Receives the payload of a request: decodes it, stores or collects it, and holds it against everything that the
/// client said about it.
final class PayloadReceiver {
    private static final int MD5_BYTES = 16;

    private final Backend backend;

    PayloadReceiver(Backend backend) {
        this.backend = backend;
    }

    /// Where the pieces of a payload go.
    private interface Sink {
        void append(ByteBuffer data, Runnable release);
    }

    /// The length of a request's payload.
    ///
    /// @throws S3Failure MissingContentLength
    static long length(Exchange exchange, S3Request request) {
        long length = request.payload().length(exchange.body().contentLength());
        if (length < 0) {
            throw S3Error.MISSING_CONTENT_LENGTH.failure();
        }
        return length;
    }

    /// What Content-MD5 says.
    ///
    /// @throws S3Failure InvalidDigest
    static Optional<Bytes> contentMd5(Headers headers) {
        return headers.first("content-md5").map(text -> {
            try {
                byte[] digest = Base64.getDecoder().decode(text.strip());
                if (digest.length == MD5_BYTES) {
                    return Bytes.wrap(digest);
                }
            } catch (IllegalArgumentException e) {
                // Refused below, like a digest of the wrong length.
            }
            throw S3Error.INVALID_DIGEST.failure().with("Content-MD5", text);
        });
    }

    /// Stores the payload.
    ///
    /// @param storageClass says how redundantly it is stored
    /// @param kept the checksum to be kept with it, computed beside the one that the client states
    /// @throws S3Failure when the payload is not what the client said, or cannot be stored; nothing is left then
    PayloadSink.Stored store(
            Exchange exchange,
            S3Request request,
            String storageClass,
            RequestChecksum stated,
            ChecksumAlgorithm kept,
            long lengthBytes) {
        Optional<Bytes> md5 = contentMd5(request.headers());
        checkSpace(backend, lengthBytes);
        accept(exchange);
        Set<ChecksumAlgorithm> algorithms = EnumSet.of(kept);
        stated.algorithm().ifPresent(algorithms::add);
        var sink = new PayloadSink(backend, storageClass, lengthBytes, algorithms);
        boolean finished = false;
        try {
            Headers trailers = receive(exchange, request, lengthBytes, sink::append);
            PayloadSink.Stored stored = sink.finish();
            finished = true;
            try {
                checkMd5(md5, stored.md5());
                if (stated.algorithm().isPresent()) {
                    ChecksumAlgorithm algorithm = stated.algorithm().get();
                    checkStated(stated, algorithm, trailers, stored.checksum(algorithm));
                }
            } catch (S3Failure e) {
                sink.discard(stored);
                throw e;
            }
            return stored;
        } finally {
            if (!finished) {
                sink.abort();
            }
        }
    }

    /// Collects a document.
    ///
    /// @throws S3Failure MalformedXML when it is longer than {@code mostBytes}
    byte[] document(Exchange exchange, S3Request request, int mostBytes) {
        long length = length(exchange, request);
        if (length > mostBytes) {
            throw S3Error.MALFORMED_XML.failure();
        }
        Optional<Bytes> md5 = contentMd5(request.headers());
        // In this operation alone the headers speak of the object, not of the document.
        RequestChecksum stated = request.operation() == Operation.COMPLETE_MULTIPART_UPLOAD
                ? RequestChecksum.NONE
                : RequestChecksum.of(request.headers());
        if (request.operation() == Operation.DELETE_OBJECTS
                && md5.isEmpty()
                && stated.algorithm().isEmpty()) {
            throw S3Error.INVALID_REQUEST.failure("Missing required header for this request: Content-MD5");
        }
        accept(exchange);
        ByteBuffer document = ByteBuffer.allocate((int) length);
        Headers trailers = receive(exchange, request, length, (data, release) -> {
            try {
                document.put(data);
            } finally {
                release.run();
            }
        });
        document.flip();
        md5.ifPresent(expected -> {
            var hasher = io.flywheel.base.Checksums.md5();
            hasher.update(document.duplicate());
            checkMd5(md5, hasher.value());
        });
        stated.algorithm()
                .ifPresent(algorithm -> checkStated(
                        stated, algorithm, trailers, io.flywheel.base.Checksums.of(algorithm, document.duplicate())));
        return document.array();
    }

    /// @throws S3Failure SlowDown when there is no memory for the body
    static void accept(Exchange exchange) {
        if (!exchange.acceptBody()) {
            throw S3Error.slowDown();
        }
    }

    /// @throws S3Failure InsufficientStorage when so much certainly does not fit
    static void checkSpace(Backend backend, long lengthBytes) {
        if (!backend.data().mayFit(lengthBytes)) {
            throw S3Error.INSUFFICIENT_STORAGE.failure();
        }
    }

    private static void checkMd5(Optional<Bytes> expected, Bytes calculated) {
        if (expected.isPresent() && !expected.get().equals(calculated)) {
            throw S3Error.BAD_DIGEST
                    .failure()
                    .with("ExpectedDigest", RequestChecksum.encode(expected.get()))
                    .with("CalculatedDigest", RequestChecksum.encode(calculated));
        }
    }

    private static void checkStated(
            RequestChecksum stated, ChecksumAlgorithm algorithm, Headers trailers, Bytes calculated) {
        Bytes expected = stated.value()
                .orElseGet(() -> RequestChecksum.decode(
                        algorithm.header(),
                        trailers.first(algorithm.header()).orElseThrow(() -> S3Error.MALFORMED_TRAILER.failure()),
                        algorithm));
        if (!expected.equals(calculated)) {
            throw RequestChecksum.mismatch(algorithm);
        }
    }

    /// @return the trailers
    private static Headers receive(Exchange exchange, S3Request request, long lengthBytes, Sink sink) {
        BodyDecoder decoder = BodyDecoder.of(request.payload(), request.headers());
        RequestBody body = exchange.body();
        long received = 0;
        while (true) {
            switch (body.next()) {
                case RequestBody.Next.Chunk chunk -> received += decode(decoder, chunk, lengthBytes - received, sink);
                case RequestBody.Next.Aborted aborted -> throw aborted(aborted.reason());
                case RequestBody.Next.End end -> {
                    Headers trailers = switch (decoder.finish()) {
                        case BodyDecoder.End.Complete complete -> complete.trailers();
                        case BodyDecoder.End.Failed failed -> throw ErrorDocuments.failure(failed.error());
                    };
                    if (received != lengthBytes) {
                        throw S3Error.INCOMPLETE_BODY.failure();
                    }
                    return trailers;
                }
            }
        }
    }

    /// @return how much payload there was
    private static long decode(BodyDecoder decoder, RequestBody.Next.Chunk chunk, long most, Sink sink) {
        var users = new AtomicInteger(1);
        Runnable release = () -> {
            if (users.decrementAndGet() == 0) {
                chunk.release().run();
            }
        };
        long received = 0;
        try {
            while (true) {
                switch (decoder.next(chunk.data())) {
                    case BodyDecoder.Step.Payload payload -> {
                        received += payload.data().remaining();
                        if (received > most) {
                            throw S3Error.INCOMPLETE_BODY.failure();
                        }
                        users.incrementAndGet();
                        sink.append(payload.data(), release);
                    }
                    case BodyDecoder.Step.NeedMore needMore -> {
                        return received;
                    }
                    case BodyDecoder.Step.Failed failed -> throw ErrorDocuments.failure(failed.error());
                }
            }
        } finally {
            release.run();
        }
    }

    private static S3Failure aborted(RequestBody.Reason reason) {
        return switch (reason) {
            case CLOSED, MALFORMED -> S3Error.INCOMPLETE_BODY.failure();
            case TOO_SLOW -> S3Error.REQUEST_TIMEOUT.failure();
            case NO_MEMORY -> S3Error.slowDown();
            case STOPPED -> S3Error.SERVICE_UNAVAILABLE.failure();
        };
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.frontend.http.Exchange;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What answers each operation.
final class Operations {
    /// Documents of at most this many bytes are read; those that list keys or parts may be larger.
    private static final int DOCUMENT_BYTES_MAX = 1 << 20;

    private static final int LONG_DOCUMENT_BYTES_MAX = 2 << 20;

    private final PayloadReceiver receiver;
    private final BucketOperations buckets;
    private final ObjectListing listing;
    private final VersionListing versionListing;
    private final UploadListings uploadListings;
    private final ObjectReads reads;
    private final ObjectWrites writes;
    private final ObjectCopies copies;
    private final ObjectDeletes deletes;
    private final ObjectTags tags;
    private final ObjectAttributesQuery attributes;
    private final Uploads uploads;
    private final UploadCompletion completion;

    Operations(Backend backend) {
        receiver = new PayloadReceiver(backend);
        buckets = new BucketOperations(backend);
        listing = new ObjectListing(backend);
        versionListing = new VersionListing(backend);
        uploads = new Uploads(backend);
        uploadListings = new UploadListings(backend, uploads);
        reads = new ObjectReads(backend);
        writes = new ObjectWrites(backend, receiver, uploads);
        copies = new ObjectCopies(backend, writes, uploads);
        deletes = new ObjectDeletes(backend);
        tags = new ObjectTags(backend);
        attributes = new ObjectAttributesQuery(backend);
        completion = new UploadCompletion(backend, uploads);
    }

    /// The answer if it can be given on the event loop.
    ///
    /// @throws S3Failure when that is the answer
    Optional<S3Response> tryNow(S3Request request) {
        return request.operation().readsObject() ? reads.tryNow(request) : Optional.empty();
    }

    /// Whether {@link #putTiny} is to answer.
    ///
    /// @throws S3Failure when that is the answer
    boolean isTinyPut(Exchange exchange, S3Request request) {
        return request.operation() == Operation.PUT_OBJECT && writes.isTiny(exchange, request);
    }

    /// Puts an object whose payload has arrived, without waiting.
    ///
    /// @param answer hears the answer once, on any thread; what it is given throws an S3Failure when
    ///     that is the answer
    void putTiny(Exchange exchange, S3Request request, Consumer<Supplier<S3Response>> answer) {
        writes.putTiny(exchange, request, answer);
    }

    /// The answer. May wait; the body is read only by those operations that have one, and as late as possible.
    ///
    /// @throws S3Failure when that is the answer
    S3Response answer(Exchange exchange, S3Request request) {
        return switch (request.operation()) {
            case LIST_BUCKETS -> buckets.list(request);
            case CREATE_BUCKET -> buckets.create(request, document(exchange, request));
            case HEAD_BUCKET -> buckets.head(request);
            case DELETE_BUCKET -> buckets.delete(request);
            case LIST_OBJECTS -> listing.version1(request);
            case LIST_OBJECTS_V2 -> listing.version2(request);
            case LIST_OBJECT_VERSIONS -> versionListing.list(request);
            case LIST_MULTIPART_UPLOADS -> uploadListings.uploads(request);
            case GET_BUCKET_LOCATION -> buckets.location(request);
            case GET_BUCKET_VERSIONING -> buckets.versioning(request);
            case PUT_BUCKET_VERSIONING -> buckets.setVersioning(request, document(exchange, request));
            case GET_BUCKET_TAGGING -> buckets.tags(request);
            case PUT_BUCKET_TAGGING -> buckets.setTags(request, document(exchange, request));
            case DELETE_BUCKET_TAGGING -> buckets.deleteTags(request);
            case DELETE_OBJECTS -> deletes.deleteMany(request, longDocument(exchange, request));
            case GET_OBJECT -> reads.get(request);
            case HEAD_OBJECT -> reads.head(request);
            case PUT_OBJECT -> writes.put(exchange, request);
            case COPY_OBJECT -> copies.copy(request);
            case DELETE_OBJECT -> deletes.delete(request);
            case GET_OBJECT_ATTRIBUTES -> attributes.answer(request);
            case GET_OBJECT_TAGGING -> tags.get(request);
            case PUT_OBJECT_TAGGING -> tags.put(request, document(exchange, request));
            case DELETE_OBJECT_TAGGING -> tags.delete(request);
            case CREATE_MULTIPART_UPLOAD -> uploads.create(request);
            case UPLOAD_PART -> writes.putPart(exchange, request);
            case UPLOAD_PART_COPY -> copies.copyPart(request);
            case LIST_PARTS -> uploadListings.parts(request);
            case COMPLETE_MULTIPART_UPLOAD -> completion.complete(request, longDocument(exchange, request));
            case ABORT_MULTIPART_UPLOAD -> uploads.abort(request);
            case POST_OBJECT,
                    BUCKET_ABAC,
                    BUCKET_ACCELERATE,
                    BUCKET_ACL,
                    BUCKET_ANALYTICS,
                    BUCKET_CORS,
                    BUCKET_ENCRYPTION,
                    BUCKET_INTELLIGENT_TIERING,
                    BUCKET_INVENTORY,
                    BUCKET_LIFECYCLE,
                    BUCKET_LOGGING,
                    BUCKET_METADATA,
                    BUCKET_METADATA_INVENTORY,
                    BUCKET_METADATA_JOURNAL,
                    BUCKET_METADATA_TABLE,
                    BUCKET_METRICS,
                    BUCKET_NOTIFICATION,
                    BUCKET_OBJECT_LOCK,
                    BUCKET_OWNERSHIP_CONTROLS,
                    BUCKET_POLICY,
                    BUCKET_POLICY_STATUS,
                    BUCKET_PUBLIC_ACCESS_BLOCK,
                    BUCKET_REPLICATION,
                    BUCKET_REQUEST_PAYMENT,
                    BUCKET_SESSION,
                    BUCKET_WEBSITE,
                    OBJECT_ACL,
                    OBJECT_ENCRYPTION,
                    OBJECT_LEGAL_HOLD,
                    OBJECT_RENAME,
                    OBJECT_RESTORE,
                    OBJECT_RETENTION,
                    OBJECT_SELECT,
                    OBJECT_TORRENT -> throw notImplemented(request.operation());
        };
    }

    static S3Failure notImplemented(Operation operation) {
        return S3Error.NOT_IMPLEMENTED.failure(operation.s3Name() + " is not implemented");
    }

    private byte[] document(Exchange exchange, S3Request request) {
        return receiver.document(exchange, request, DOCUMENT_BYTES_MAX);
    }

    private byte[] longDocument(Exchange exchange, S3Request request) {
        return receiver.document(exchange, request, LONG_DOCUMENT_BYTES_MAX);
    }
}

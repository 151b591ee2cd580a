package io.flywheel.frontend.s3;

import io.flywheel.frontend.s3.error.S3Error;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The one table of S3's operations: which method with which sub-resource on which target is which operation. Those
/// that Flywheel does not have are listed too, so that they answer NotImplemented and never anything else.
///
/// @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html">S3:
///     operations</a>
enum Operation {
    LIST_BUCKETS("ListBuckets", Target.SERVICE, "GET", ""),

    CREATE_BUCKET("CreateBucket", Target.BUCKET, "PUT", ""),
    HEAD_BUCKET("HeadBucket", Target.BUCKET, "HEAD", ""),
    DELETE_BUCKET("DeleteBucket", Target.BUCKET, "DELETE", ""),
    LIST_OBJECTS("ListObjects", Target.BUCKET, "GET", ""),
    LIST_OBJECTS_V2("ListObjectsV2", Target.BUCKET, "GET", "list-type"),
    LIST_OBJECT_VERSIONS("ListObjectVersions", Target.BUCKET, "GET", "versions"),
    LIST_MULTIPART_UPLOADS("ListMultipartUploads", Target.BUCKET, "GET", "uploads"),
    GET_BUCKET_LOCATION("GetBucketLocation", Target.BUCKET, "GET", "location"),
    GET_BUCKET_VERSIONING("GetBucketVersioning", Target.BUCKET, "GET", "versioning"),
    PUT_BUCKET_VERSIONING("PutBucketVersioning", Target.BUCKET, "PUT", "versioning"),
    GET_BUCKET_TAGGING("GetBucketTagging", Target.BUCKET, "GET", "tagging"),
    PUT_BUCKET_TAGGING("PutBucketTagging", Target.BUCKET, "PUT", "tagging"),
    DELETE_BUCKET_TAGGING("DeleteBucketTagging", Target.BUCKET, "DELETE", "tagging"),
    DELETE_OBJECTS("DeleteObjects", Target.BUCKET, "POST", "delete"),

    GET_OBJECT("GetObject", Target.OBJECT, "GET", ""),
    HEAD_OBJECT("HeadObject", Target.OBJECT, "HEAD", ""),
    PUT_OBJECT("PutObject", Target.OBJECT, "PUT", ""),
    /// PutObject with {@code x-amz-copy-source}.
    COPY_OBJECT("CopyObject", Target.OBJECT, "PUT", "", false),
    DELETE_OBJECT("DeleteObject", Target.OBJECT, "DELETE", ""),
    GET_OBJECT_ATTRIBUTES("GetObjectAttributes", Target.OBJECT, "GET", "attributes"),
    GET_OBJECT_TAGGING("GetObjectTagging", Target.OBJECT, "GET", "tagging"),
    PUT_OBJECT_TAGGING("PutObjectTagging", Target.OBJECT, "PUT", "tagging"),
    DELETE_OBJECT_TAGGING("DeleteObjectTagging", Target.OBJECT, "DELETE", "tagging"),
    CREATE_MULTIPART_UPLOAD("CreateMultipartUpload", Target.OBJECT, "POST", "uploads"),
    UPLOAD_PART("UploadPart", Target.OBJECT, "PUT", "uploadId"),
    /// UploadPart with {@code x-amz-copy-source}.
    UPLOAD_PART_COPY("UploadPartCopy", Target.OBJECT, "PUT", "uploadId", false),
    LIST_PARTS("ListParts", Target.OBJECT, "GET", "uploadId"),
    COMPLETE_MULTIPART_UPLOAD("CompleteMultipartUpload", Target.OBJECT, "POST", "uploadId"),
    ABORT_MULTIPART_UPLOAD("AbortMultipartUpload", Target.OBJECT, "DELETE", "uploadId"),

    POST_OBJECT("PostObject", Target.BUCKET, "POST", "", true),
    BUCKET_ABAC("BucketAbac", Target.BUCKET, "abac"),
    BUCKET_ACCELERATE("BucketAccelerateConfiguration", Target.BUCKET, "accelerate"),
    BUCKET_ACL("BucketAcl", Target.BUCKET, "acl"),
    BUCKET_ANALYTICS("BucketAnalyticsConfiguration", Target.BUCKET, "analytics"),
    BUCKET_CORS("BucketCors", Target.BUCKET, "cors"),
    BUCKET_ENCRYPTION("BucketEncryption", Target.BUCKET, "encryption"),
    BUCKET_INTELLIGENT_TIERING("BucketIntelligentTieringConfiguration", Target.BUCKET, "intelligent-tiering"),
    BUCKET_INVENTORY("BucketInventoryConfiguration", Target.BUCKET, "inventory"),
    BUCKET_LIFECYCLE("BucketLifecycleConfiguration", Target.BUCKET, "lifecycle"),
    BUCKET_LOGGING("BucketLogging", Target.BUCKET, "logging"),
    BUCKET_METADATA("BucketMetadataConfiguration", Target.BUCKET, "metadataConfiguration"),
    BUCKET_METADATA_INVENTORY("BucketMetadataInventoryTable", Target.BUCKET, "metadataInventoryTable"),
    BUCKET_METADATA_JOURNAL("BucketMetadataJournalTable", Target.BUCKET, "metadataJournalTable"),
    BUCKET_METADATA_TABLE("BucketMetadataTableConfiguration", Target.BUCKET, "metadataTable"),
    BUCKET_METRICS("BucketMetricsConfiguration", Target.BUCKET, "metrics"),
    BUCKET_NOTIFICATION("BucketNotificationConfiguration", Target.BUCKET, "notification"),
    BUCKET_OBJECT_LOCK("ObjectLockConfiguration", Target.BUCKET, "object-lock"),
    BUCKET_OWNERSHIP_CONTROLS("BucketOwnershipControls", Target.BUCKET, "ownershipControls"),
    BUCKET_POLICY("BucketPolicy", Target.BUCKET, "policy"),
    BUCKET_POLICY_STATUS("BucketPolicyStatus", Target.BUCKET, "policyStatus"),
    BUCKET_PUBLIC_ACCESS_BLOCK("PublicAccessBlock", Target.BUCKET, "publicAccessBlock"),
    BUCKET_REPLICATION("BucketReplication", Target.BUCKET, "replication"),
    BUCKET_REQUEST_PAYMENT("BucketRequestPayment", Target.BUCKET, "requestPayment"),
    BUCKET_SESSION("CreateSession", Target.BUCKET, "session"),
    BUCKET_WEBSITE("BucketWebsite", Target.BUCKET, "website"),

    OBJECT_ACL("ObjectAcl", Target.OBJECT, "acl"),
    OBJECT_ENCRYPTION("ObjectEncryption", Target.OBJECT, "encryption"),
    OBJECT_LEGAL_HOLD("ObjectLegalHold", Target.OBJECT, "legal-hold"),
    OBJECT_RENAME("RenameObject", Target.OBJECT, "renameObject"),
    OBJECT_RESTORE("RestoreObject", Target.OBJECT, "restore"),
    OBJECT_RETENTION("ObjectRetention", Target.OBJECT, "retention"),
    OBJECT_SELECT("SelectObjectContent", Target.OBJECT, "select"),
    OBJECT_TORRENT("GetObjectTorrent", Target.OBJECT, "torrent");

    /// What a request is about.
    enum Target {
        SERVICE,
        BUCKET,
        OBJECT
    }

    private record Row(Target target, String method, String subresource) {}

    private static final String ANY_METHOD = "*";
    private static final Map<Row, Operation> TABLE = table();
    private static final Map<Target, Set<String>> SUBRESOURCES = subresources();

    private final String s3Name;
    private final Target target;
    private final String method;
    private final String subresource;
    private final boolean implemented;
    private final boolean routed;

    Operation(String s3Name, Target target, String method, String subresource) {
        this(s3Name, target, method, subresource, true, true);
    }

    Operation(String s3Name, Target target, String method, String subresource, boolean routed) {
        this(s3Name, target, method, subresource, !routed, routed);
    }

    /// A sub-resource that is known and not implemented, whatever the method.
    Operation(String s3Name, Target target, String subresource) {
        this(s3Name, target, ANY_METHOD, subresource, false, true);
    }

    Operation(String s3Name, Target target, String method, String subresource, boolean implemented, boolean routed) {
        this.s3Name = s3Name;
        this.target = target;
        this.method = method;
        this.subresource = subresource;
        this.implemented = implemented;
        this.routed = routed;
    }

    private static Map<Row, Operation> table() {
        Map<Row, Operation> table = new HashMap<>();
        for (Operation operation : values()) {
            if (operation.routed) {
                table.put(new Row(operation.target, operation.method, operation.subresource), operation);
            }
        }
        return table;
    }

    /// As AWS names it: in the access log and in metrics.
    String s3Name() {
        return s3Name;
    }

    boolean implemented() {
        return implemented;
    }

    boolean readsObject() {
        return this == GET_OBJECT || this == HEAD_OBJECT;
    }

    /// The operation of a request.
    ///
    /// @param copies whether it has {@code x-amz-copy-source}
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidArgument for conflicts, MethodNotAllowed
    static Operation of(String method, Address address, Query query, boolean copies) {
        Target target =
                address.bucket().isEmpty() ? Target.SERVICE : address.key().isEmpty() ? Target.BUCKET : Target.OBJECT;
        String subresource = subresource(target, query);
        Operation operation = TABLE.get(new Row(target, method, subresource));
        if (operation == null) {
            operation = TABLE.get(new Row(target, ANY_METHOD, subresource));
        }
        if (operation == null) {
            throw S3Error.METHOD_NOT_ALLOWED.failure().with("Method", method).with("ResourceType", target.name());
        }
        if (copies && operation == PUT_OBJECT) {
            return COPY_OBJECT;
        }
        return copies && operation == UPLOAD_PART ? UPLOAD_PART_COPY : operation;
    }

    private static String subresource(Target target, Query query) {
        String found = "";
        for (Query.Parameter parameter : query.parameters()) {
            String name = parameter.name();
            if (name.equals(found) || !isSubresource(target, name)) {
                continue;
            }
            if (!found.isEmpty()) {
                throw S3Error.invalidArgument(
                        "Conflicting query string parameters: " + found + ", " + name, "ResourceType", found);
            }
            // A list-type other than 2 is version 1.
            if (!name.equals("list-type") || parameter.value().toUtf8().equals("2")) {
                found = name;
            }
        }
        return found;
    }

    private static boolean isSubresource(Target target, String name) {
        return SUBRESOURCES.getOrDefault(target, Set.of()).contains(name);
    }

    private static Map<Target, Set<String>> subresources() {
        Map<Target, Set<String>> names = new EnumMap<>(Target.class);
        for (Operation operation : values()) {
            if (!operation.subresource.isEmpty()) {
                names.computeIfAbsent(operation.target, target -> new HashSet<>())
                        .add(operation.subresource);
            }
        }
        return names;
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import io.flywheel.namespace.Lookup;
import io.flywheel.namespace.VersionSelector;

/// The object that {@code x-amz-copy-source} names.
///
/// @param version CURRENT when it names no version
record CopySource(String bucket, Bytes key, VersionSelector version) {
    static final String HEADER = "x-amz-copy-source";
    private static final String VERSION = "?versionId=";

    /// @throws S3Failure InvalidArgument
    static CopySource of(S3Request request) {
        String header = request.headers().firstOr(HEADER, "");
        int question = header.lastIndexOf(VERSION);
        String path = question < 0 ? header : header.substring(0, question);
        VersionSelector version = question < 0
                ? VersionSelector.CURRENT
                : S3Request.version(header.substring(question + VERSION.length()));
        Bytes decoded;
        try {
            decoded = Percent.decode(path, false);
        } catch (S3Failure e) {
            throw malformed(header);
        }
        int from = !decoded.isEmpty() && decoded.at(0) == '/' ? 1 : 0;
        int slash = decoded.indexOf(Bytes.of((byte) '/'), from);
        if (slash <= from || slash + 1 == decoded.length()) {
            throw malformed(header);
        }
        Bytes key = Address.checkKey(decoded.slice(slash + 1, decoded.length()));
        return new CopySource(decoded.slice(from, slash).toUtf8(), key, version);
    }

    private static S3Failure malformed(String header) {
        return S3Error.invalidArgument(
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", HEADER, header);
    }

    boolean isCurrent() {
        return version instanceof VersionSelector.Current;
    }

    /// @throws S3Failure NoSuchBucket, NoSuchKey, NoSuchVersion, InvalidRequest for a delete marker named by its
    /// version
    Lookup.Found found(Backend backend) {
        return switch (backend.namespace().lookup(bucket, key, version)) {
            case Lookup.Found found -> found;
            case Lookup.NoSuchBucket none -> throw Backend.noSuchBucket(bucket);
            case Lookup.NoSuchKey none -> throw S3Error.NO_SUCH_KEY.failure().with("Key", key.toUtf8());
            case Lookup.NoSuchVersion none -> throw Backend.noSuchVersion(key, version);
            case Lookup.Deleted deleted ->
                throw isCurrent()
                        ? S3Error.NO_SUCH_KEY.failure().with("Key", key.toUtf8())
                        : S3Error.INVALID_REQUEST.failure(
                                "The source of a copy request may not specifically refer to a "
                                        + "delete marker by version id.");
        };
    }
}

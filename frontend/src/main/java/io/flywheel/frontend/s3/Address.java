package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.s3.error.S3Error;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a request is about, from its Host and path: nothing (the service), a bucket, or an object.
///
/// @param bucket empty when the service is meant
/// @param key empty when the bucket or the service is meant: no key is empty
record Address(String bucket, Bytes key) {
    static final int KEY_BYTES_MAX = 1_024;

    /// The resource that errors name: the decoded path in path style.
    String resource() {
        return bucket.isEmpty() ? "/" : key.isEmpty() ? "/" + bucket : "/" + bucket + "/" + key.toUtf8();
    }

    /// @param host the Host header
    /// @param rawPath the path as it came: split first, decoded after, so that {@code %2F} stays part of a key
    /// @param domains names under which buckets are sub-domains, in lower case
    /// @throws io.flywheel.frontend.s3.error.S3Failure InvalidURI, KeyTooLongError, InvalidArgument
    static Address of(String host, String rawPath, List<String> domains) {
        Optional<String> hostBucket = bucketOf(host, domains);
        String path = rawPath.startsWith("/") ? rawPath.substring(1) : rawPath;
        if (hostBucket.isPresent()) {
            return new Address(hostBucket.get(), key(path));
        }
        int slash = path.indexOf('/');
        String bucket = Percent.decode(slash < 0 ? path : path.substring(0, slash), false)
                .toUtf8();
        if (bucket.isEmpty() && slash >= 0) {
            throw S3Error.INVALID_BUCKET_NAME.failure().with("BucketName", "");
        }
        return new Address(bucket, slash < 0 ? Bytes.EMPTY : key(path.substring(slash + 1)));
    }

    /// The bucket that the Host names, if it is a sub-domain of one of {@code domains} or of {@code localhost}.
    static Optional<String> bucketOf(String host, List<String> domains) {
        if (host.startsWith("[")) {
            return Optional.empty();
        }
        int colon = host.indexOf(':');
        String name = (colon < 0 ? host : host.substring(0, colon)).toLowerCase(Locale.ROOT);
        for (String domain : domains) {
            if (name.equals(domain)) {
                return Optional.empty();
            }
        }
        for (String domain : domains) {
            if (name.length() > domain.length() + 1
                    && name.endsWith(domain)
                    && name.charAt(name.length() - domain.length() - 1) == '.') {
                return Optional.of(name.substring(0, name.length() - domain.length() - 1));
            }
        }
        String local = ".localhost";
        return name.endsWith(local) && name.length() > local.length()
                ? Optional.of(name.substring(0, name.length() - local.length()))
                : Optional.empty();
    }

    private static Bytes key(String raw) {
        return checkKey(Percent.decode(raw, false));
    }

    /// Refuses what cannot be a key.
    static Bytes checkKey(Bytes key) {
        if (key.length() > KEY_BYTES_MAX) {
            throw S3Error.KEY_TOO_LONG
                    .failure()
                    .with("Size", Integer.toString(key.length()))
                    .with("MaxSizeAllowed", Integer.toString(KEY_BYTES_MAX));
        }
        for (int i = 0; i < key.length(); i++) {
            if (key.at(i) == 0) {
                throw S3Error.invalidArgument("Object key must not contain the NULL character", "key", key.toUtf8());
            }
        }
        return key;
    }
}

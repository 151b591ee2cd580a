package io.flywheel.loadtest.s3;

import io.flywheel.loadtest.http.Endpoint;
import java.util.Optional;

/// Where buckets are found, and who signs what is sent there.
///
/// @param virtualHosts a bucket is the first label of the host's name instead of the first element of the path
/// @param signer empty: nothing is signed
public record S3Target(Endpoint endpoint, boolean virtualHosts, Optional<Signer> signer) {
    String path(String bucket, String key) {
        String base = endpoint.path();
        boolean named = !bucket.isEmpty() && !virtualHosts;
        String path = base + (named ? "/" + bucket : "") + (key.isEmpty() ? "" : "/" + Percent.path(key));
        return named || !key.isEmpty() ? path : path + "/";
    }

    String host(String bucket) {
        return virtualHosts && !bucket.isEmpty() ? bucket + "." + endpoint.hostField() : endpoint.hostField();
    }
}

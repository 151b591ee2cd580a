package io.flywheel.conformance.clients;

import io.flywheel.conformance.S3Clients;
import java.net.URI;
import software.amazon.awssdk.services.s3.S3Client;

/// The specification through the blocking client on Apache HttpClient of the AWS SDK.
final class SyncClientTest extends S3Specification {

    @Override
    S3Client connect(URI endpoint) {
        return S3Clients.sync(endpoint);
    }
}

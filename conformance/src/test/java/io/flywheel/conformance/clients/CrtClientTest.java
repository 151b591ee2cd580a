package io.flywheel.conformance.clients;

import io.flywheel.conformance.S3Clients;
import java.net.URI;
import software.amazon.awssdk.services.s3.S3Client;

/// The specification through the client on the AWS Common Runtime of the AWS SDK.
final class CrtClientTest extends S3Specification {

    @Override
    S3Client connect(URI endpoint) {
        return new BlockingS3(S3Clients.crt(endpoint), true);
    }
}

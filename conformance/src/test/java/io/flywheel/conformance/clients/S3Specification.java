package io.flywheel.conformance.clients;

import io.flywheel.conformance.SharedServer;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import software.amazon.awssdk.services.s3.S3Client;

/// What every S3 client may expect of the server; a subclass says through which client it is held against it. The
/// chapters are nested, so that each is one file.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("ClassCanBeStatic") // JUnit takes nested tests from inner classes only.
abstract class S3Specification {

    private S3Client client;

    @SuppressWarnings("NullAway.Init") // The client is set before the first test.
    S3Specification() {}

    /// A client of the server at `endpoint`.
    abstract S3Client connect(URI endpoint);

    @BeforeAll
    final void connect() {
        client = connect(SharedServer.endpoint());
    }

    @AfterAll
    final void disconnect() {
        client.close();
    }

    @Nested
    class Buckets extends BucketSpecification {
        Buckets() {
            super(() -> client);
        }
    }

    @Nested
    class Objects extends ObjectSpecification {
        Objects() {
            super(() -> client);
        }
    }

    @Nested
    class Copies extends CopySpecification {
        Copies() {
            super(() -> client);
        }
    }

    @Nested
    class Versions extends VersioningSpecification {
        Versions() {
            super(() -> client);
        }
    }

    @Nested
    class Conditions extends ConditionSpecification {
        Conditions() {
            super(() -> client);
        }
    }

    @Nested
    class Uploads extends MultipartSpecification {
        Uploads() {
            super(() -> client);
        }
    }

    @Nested
    class Checksums extends ChecksumSpecification {
        Checksums() {
            super(() -> client);
        }
    }

    @Nested
    class Listings extends ListingSpecification {
        Listings() {
            super(() -> client);
        }
    }

    @Nested
    class Tags extends TaggingSpecification {
        Tags() {
            super(() -> client);
        }
    }
}

package io.flywheel.conformance;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.crt.S3CrtRetryConfiguration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// The clients of the AWS SDK for Java, without retries, so that every answer of the server is seen.
public final class S3Clients {

    /// The region that a server has unless told otherwise.
    public static final Region REGION = Region.US_EAST_1;

    private static final Duration CALL_TIME_MAX = Duration.ofMinutes(2);

    private S3Clients() {}

    /// The root credentials of [RunningServer].
    public static StaticCredentialsProvider credentials() {
        return credentials(RunningServer.ACCESS_KEY, RunningServer.SECRET_KEY);
    }

    /// Fixed credentials.
    public static StaticCredentialsProvider credentials(String accessKey, String secretKey) {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
    }

    /// The blocking client on Apache HttpClient.
    public static S3Client sync(URI endpoint) {
        return sync(endpoint, credentials());
    }

    /// The blocking client with other credentials.
    public static S3Client sync(URI endpoint, StaticCredentialsProvider credentials) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(REGION)
                .credentialsProvider(credentials)
                .forcePathStyle(true)
                .httpClientBuilder(
                        ApacheHttpClient.builder().maxConnections(128).socketTimeout(CALL_TIME_MAX))
                .overrideConfiguration(
                        c -> c.retryStrategy(DefaultRetryStrategy.doNotRetry()).apiCallTimeout(CALL_TIME_MAX))
                .build();
    }

    /// The asynchronous client on Netty.
    public static S3AsyncClient async(URI endpoint) {
        return S3AsyncClient.builder()
                .endpointOverride(endpoint)
                .region(REGION)
                .credentialsProvider(credentials())
                .forcePathStyle(true)
                .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(128))
                .overrideConfiguration(
                        c -> c.retryStrategy(DefaultRetryStrategy.doNotRetry()).apiCallTimeout(CALL_TIME_MAX))
                .build();
    }

    /// The asynchronous client on the AWS Common Runtime, which cuts large objects into parts by itself.
    public static S3AsyncClient crt(URI endpoint) {
        return S3AsyncClient.crtBuilder()
                .endpointOverride(endpoint)
                .region(REGION)
                .credentialsProvider(credentials())
                .forcePathStyle(true)
                .retryConfiguration(
                        S3CrtRetryConfiguration.builder().numRetries(0).build())
                .build();
    }

    /// Presigned requests.
    public static S3Presigner presigner(URI endpoint) {
        return S3Presigner.builder()
                .endpointOverride(endpoint)
                .region(REGION)
                .credentialsProvider(credentials())
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build();
    }
}

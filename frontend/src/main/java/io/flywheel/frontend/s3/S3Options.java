package io.flywheel.frontend.s3;

import io.flywheel.namespace.AccountId;
import java.util.List;
import java.util.Locale;

/// What the S3 API needs to know about this installation.
///
/// @param region where all buckets are
/// @param domains names under which buckets are sub-domains ({@code bucket.NAME}); {@code localhost} always is one
/// @param root the only account; every authenticated request is its
public record S3Options(String region, List<String> domains, AccountId root) {
    static final String DEFAULT_REGION = "us-east-1";

    public S3Options {
        domains = domains.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    }

    /// Whether a Host (with or without a port) names a bucket: then no path is reserved for anything else.
    public boolean hostNamesBucket(String host) {
        return Address.bucketOf(host, domains).isPresent();
    }

    /// The root account's number of 12 digits, which {@code x-amz-expected-bucket-owner} names.
    public String accountNumber() {
        long number = Long.parseUnsignedLong(root.value(), 0, 12, 16) % 1_000_000_000_000L;
        return "%012d".formatted(number);
    }
}

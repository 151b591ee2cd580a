package io.flywheel.loadtest.pack;

import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.loadtest.http.ClientOptions;
import io.flywheel.loadtest.runfile.Section;
import io.flywheel.loadtest.s3.Credentials;
import io.flywheel.loadtest.s3.PayloadForm;
import java.util.Optional;

/// What a run file says of the pack `s3`.
///
/// @param bucket empty: one that the run makes and deletes
/// @param credentials empty: those of the environment
/// @param objects prepared before the run, under the prefix
/// @param prepare whether they are written first; false where an earlier run with the same seed left them
/// @param keep whether they stay
/// @param rangeBytes of `get-range`
/// @param partBytes of all parts but the last
record S3Section(
        Optional<String> bucket,
        String prefix,
        String region,
        Style style,
        Optional<String> profile,
        Optional<Credentials> credentials,
        boolean anonymous,
        long objects,
        SizeDistribution size,
        KeyChoice keys,
        boolean prepare,
        boolean keep,
        boolean versioning,
        PayloadForm payload,
        ChecksumAlgorithm checksum,
        long continueFromBytes,
        long rangeBytes,
        long partBytes,
        int parts,
        int listKeys,
        int listPages,
        ClientOptions client) {
    /// For services whose credentials are not in the environment: `secret-key = ${SHOP_SECRET}` keeps them out of the
    /// file all the same.
    private static Optional<Credentials> credentials(Section section) {
        Optional<String> access = section.text("access-key");
        Optional<String> secret = section.text("secret-key");
        String token = section.text("session-token", "");
        section.done();
        if (access.isEmpty() || secret.isEmpty()) {
            section.problem("", "both access-key and secret-key are wanted");
            return Optional.empty();
        }
        return Optional.of(new Credentials(access.get(), secret.get(), token));
    }

    enum Style {
        PATH,
        VIRTUAL_HOST
    }

    static S3Section read(Section section) {
        boolean anonymous = section.flag("anonymous").orElse(false);
        PayloadForm payload =
                section.choice("payload", PayloadForm.class).orElse(PayloadForm.STREAMING_UNSIGNED_TRAILER);
        if (anonymous && payload != PayloadForm.UNSIGNED && payload != PayloadForm.STREAMING_UNSIGNED_TRAILER) {
            section.problem("payload", "who is anonymous signs nothing");
        }
        Optional<String> bucket = section.text("bucket");
        boolean keep = section.flag("keep").orElse(false);
        if (keep && bucket.isEmpty()) {
            section.problem("keep", "objects can stay only in a bucket that has a name: say bucket = NAME");
        }
        boolean prepare = section.flag("prepare").orElse(true);
        if (!prepare && bucket.isEmpty()) {
            section.problem("prepare", "objects of an earlier run are in a bucket that has a name: say bucket = NAME");
        }
        String prefix = section.text("prefix", "loadtest/");
        return new S3Section(
                bucket,
                prefix,
                section.text("region", "us-east-1"),
                section.choice("style", Style.class).orElse(Style.PATH),
                section.text("profile"),
                section.section("credentials").flatMap(S3Section::credentials),
                anonymous,
                section.number("objects", 1, 999_999_999_999L).orElse(1000L),
                section.parsed("size", SizeDistribution::parse).orElse(new SizeDistribution.Fixed(4096)),
                section.parsed("keys", KeyChoice::parse).orElse(new KeyChoice.Uniform()),
                prepare,
                keep,
                section.flag("versioning").orElse(false),
                payload,
                section.choice("checksum", ChecksumAlgorithm.class).orElse(ChecksumAlgorithm.CRC64NVME),
                section.bytes("continue-from", 0, Long.MAX_VALUE).orElse(1L << 20),
                section.bytes("range", 1, Long.MAX_VALUE).orElse(64L << 10),
                section.bytes("part-size", 5 << 20, 5L << 30).orElse(5L << 20),
                section.number("parts", 1, 10_000).orElse(2L).intValue(),
                section.number("list-keys", 1, 1000).orElse(100L).intValue(),
                section.number("list-pages", 1, 1000).orElse(10L).intValue(),
                ClientSection.read(section));
    }
}

package io.flywheel.background;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Clock;
import io.flywheel.base.Random;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Namespace;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Upload;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Aborts multipart uploads that nobody completed for too long; their parts then go the way of all deletions.
public final class ExpireUploads implements Worker {
    private static final Logger LOG = LoggerFactory.getLogger(ExpireUploads.class);

    private static final int UPLOADS_PER_STEP = 16;
    private static final Duration PERIOD = Duration.ofMinutes(1);

    private final Namespace namespace;
    private final Clock clock;
    private final Duration age;
    private final SystemStamps stamps;

    /// @param age how long an upload may take, more than 0
    public ExpireUploads(Namespace namespace, Clock clock, Random random, Duration age) {
        check(age.isPositive(), "age");
        this.namespace = namespace;
        this.clock = clock;
        this.age = age;
        stamps = new SystemStamps(clock, random);
    }

    @Override
    public String name() {
        return "expire-uploads";
    }

    @Override
    public Step step() {
        long before = clock.unixMillis() - age.toMillis();
        int aborted = 0;
        for (Upload upload : namespace.uploadsBegunBefore(before, UPLOADS_PER_STEP)) {
            var abort = new Command.AbortUpload(stamps.next(), upload.bucket(), upload.key(), upload.id());
            if (namespace.apply(abort) instanceof Outcome.Refused refused) {
                // Completed or aborted by its owner meanwhile, or the namespace takes no changes now.
                LOG.debug("upload {} was not aborted: {}", upload.id(), refused);
            } else {
                LOG.info("upload {} of bucket {} was begun too long ago: aborted", upload.id(), upload.bucket());
                aborted++;
            }
        }
        return aborted > 0 ? new Step.Busy() : new Step.Throttled(PERIOD);
    }
}

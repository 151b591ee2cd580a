package io.flywheel.loadtest.pack;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.runfile.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The operations of S3 as a client uses them, on objects whose every byte is known.
public final class S3Pack implements Pack {
    private static final List<String> NAMES = List.of(
            "put",
            "put-if-absent",
            "overwrite",
            "put-refused",
            "put-presigned",
            "copy",
            "get",
            "get-presigned",
            "get-range",
            "get-not-modified",
            "get-if-match",
            "head",
            "attributes",
            "list",
            "list-pages",
            "list-v1",
            "list-versions",
            "list-uploads",
            "delete",
            "delete-objects",
            "tagging",
            "multipart",
            "multipart-copy",
            "multipart-abort",
            "versions",
            "bucket",
            "bucket-tagging",
            "list-buckets",
            "head-bucket",
            "bucket-location");

    @Override
    public String name() {
        return "s3";
    }

    @Override
    public Configured read(Section section) {
        S3Section read = S3Section.read(section);
        return new S3(read, ClientSection.timeout(section));
    }

    private record S3(S3Section section, Duration timeout) implements Configured {
        @Override
        public List<String> transactions() {
            return NAMES.stream()
                    .filter(name -> section.versioning() || !name.equals("versions"))
                    .filter(name -> !section.anonymous() || !name.endsWith("-presigned"))
                    .toList();
        }

        @Override
        public List<String> explanation() {
            var lines = new ArrayList<String>();
            lines.add("bucket: " + section.bucket().orElse("one of its own, deleted at the end"));
            lines.add((section.prepare() ? "writes " : "expects ") + section.objects() + " objects under "
                    + section.prefix() + ", sizes: " + section.size().text());
            lines.add(
                    section.keep()
                            ? "leaves everything"
                            : "deletes at the end what it wrote: " + section.prefix() + "RUN/"
                                    + (section.prepare() ? " and the prepared objects" : ""));
            return lines;
        }

        @Override
        public Workload workload(Run run) {
            List<String> names = transactions();
            return new S3Workload(section, run, timeout, names);
        }

        @Override
        public List<String> removeLeftovers(Run run) {
            try (var workload = new S3Workload(section, run, timeout, List.of())) {
                return workload.removeLeftovers();
            }
        }
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.base.Tasks;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import io.flywheel.frontend.s3.xml.XmlElement;
import io.flywheel.frontend.s3.xml.XmlReader;
import io.flywheel.frontend.s3.xml.XmlWriter;
import io.flywheel.namespace.Command;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.VersionSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// DeleteObject and DeleteObjects.
final class ObjectDeletes {
    private static final int KEYS_MAX = 1_000;
    /// Deletes of one request under way at the same time, so that they share flushes.
    private static final int PARALLEL = 32;

    private final Backend backend;

    ObjectDeletes(Backend backend) {
        this.backend = backend;
    }

    /// One key to delete.
    private record Target(Bytes key, Optional<String> versionText, XmlElement element) {}

    /// What became of it.
    private sealed interface Result {
        record Deleted(Outcome.ObjectDeleted outcome) implements Result {}

        record Failed(S3Failure failure) implements Result {}
    }

    S3Response delete(S3Request request) {
        Outcome outcome = backend.apply(
                request,
                new Command.DeleteObject(
                        backend.stamp(request),
                        request.bucket(),
                        request.key(),
                        request.version(),
                        backend.random().nextLong(),
                        WriteConditions.ofDelete(request)));
        if (!(outcome instanceof Outcome.ObjectDeleted deleted)) {
            throw S3Error.INTERNAL_ERROR.failure();
        }
        Headers.Builder headers = Headers.builder();
        if (deleted.marker().isPresent()) {
            headers.add("x-amz-delete-marker", "true")
                    .add(
                            "x-amz-version-id",
                            Backend.versionText(deleted.marker().get()));
        } else if (!(request.version() instanceof VersionSelector.Current)) {
            headers.add("x-amz-version-id", request.query().text("versionId").orElse("null"));
        }
        return S3Response.empty(204, headers.build());
    }

    S3Response deleteMany(S3Request request, byte[] body) {
        XmlElement root = XmlReader.read(body, "Delete");
        boolean quiet = root.childText("Quiet").orElse("false").strip().equalsIgnoreCase("true");
        List<XmlElement> elements = root.children("Object");
        if (elements.isEmpty() || elements.size() > KEYS_MAX) {
            throw S3Error.MALFORMED_XML.failure();
        }
        List<Target> targets = new ArrayList<>();
        for (XmlElement element : elements) {
            Bytes key = Bytes.utf8(element.childText("Key").orElseThrow(S3Error.MALFORMED_XML::failure));
            if (key.isEmpty()) {
                throw S3Error.MALFORMED_XML.failure();
            }
            targets.add(new Target(key, element.childText("VersionId").filter(text -> !text.isEmpty()), element));
        }
        backend.bucket(request.bucket());
        Result[] results = deleteAll(request, targets);
        var xml = XmlWriter.document("DeleteResult");
        for (int i = 0; i < results.length; i++) {
            write(xml, targets.get(i), results[i], quiet);
        }
        return S3Response.xml(xml.close("DeleteResult"));
    }

    private Result[] deleteAll(S3Request request, List<Target> targets) {
        var results = new Result[targets.size()];
        List<Tasks.Task> tasks = new ArrayList<>();
        int parallel = Math.min(PARALLEL, targets.size());
        for (int first = 0; first < parallel; first++) {
            int from = first;
            tasks.add(backend.tasks().start("delete-objects", () -> {
                for (int i = from; i < results.length; i += parallel) {
                    results[i] = deleteOne(request, targets.get(i));
                }
            }));
        }
        tasks.forEach(Tasks.Task::join);
        return results;
    }

    private Result deleteOne(S3Request request, Target target) {
        try {
            VersionSelector version = target.versionText.map(S3Request::version).orElse(VersionSelector.CURRENT);
            Condition condition = WriteConditions.of(
                    target.element.childText("ETag"),
                    target.element.childText("LastModifiedTime"),
                    target.element.childText("Size"));
            Address.checkKey(target.key);
            Outcome outcome = backend.namespace()
                    .apply(new Command.DeleteObject(
                            backend.stamp(request),
                            request.bucket(),
                            target.key,
                            version,
                            backend.random().nextLong(),
                            condition));
            return switch (outcome) {
                case Outcome.ObjectDeleted deleted -> new Result.Deleted(deleted);
                case Outcome.Refused refused -> new Result.Failed(Backend.failure(request, refused));
                case Outcome.Done done -> new Result.Failed(S3Error.INTERNAL_ERROR.failure());
                case Outcome.ObjectPut put -> new Result.Failed(S3Error.INTERNAL_ERROR.failure());
                case Outcome.TagsSet set -> new Result.Failed(S3Error.INTERNAL_ERROR.failure());
                case Outcome.LeaseOpened opened -> new Result.Failed(S3Error.INTERNAL_ERROR.failure());
            };
        } catch (S3Failure failure) {
            return new Result.Failed(failure);
        }
    }

    private static void write(XmlWriter xml, Target target, Result result, boolean quiet) {
        switch (result) {
            case Result.Deleted deleted -> {
                if (quiet) {
                    return;
                }
                xml.open("Deleted").element("Key", target.key.toUtf8());
                target.versionText.ifPresent(version -> xml.element("VersionId", version));
                deleted.outcome
                        .marker()
                        .ifPresent(marker -> xml.element("DeleteMarker", true)
                                .element("DeleteMarkerVersionId", Backend.versionText(marker)));
                xml.close("Deleted");
            }
            case Result.Failed failed -> {
                xml.open("Error").element("Key", target.key.toUtf8());
                target.versionText.ifPresent(version -> xml.element("VersionId", version));
                xml.element("Code", failed.failure.error().code())
                        .element("Message", failed.failure.text())
                        .close("Error");
            }
        }
    }
}

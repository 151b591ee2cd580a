package io.flywheel.loadtest.bundle;

import io.flywheel.base.Clock;
import io.flywheel.loadtest.result.Quantities;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Loads a bundle in a process of its own and does nothing else with it, to know whether it can be run.
final class Examination implements ChildProcess.Listener {
    private final CompletableFuture<Optional<String>> found = new CompletableFuture<>();

    private Examination() {}

    /// @return why it cannot be run, where it cannot
    static Optional<String> of(Clock clock, Path jar, BundleLimits limits) {
        var examination = new Examination();
        ChildProcess child;
        try {
            child = ChildProcess.start(clock, jar, limits, examination);
        } catch (BundleRefused refused) {
            return Optional.of(String.valueOf(refused.getMessage()));
        }
        try {
            child.send(Frame.of(
                    Frame.Kind.LOOK,
                    out -> Frame.writeText(out, jar.toAbsolutePath().toString())));
            return examination
                    .found
                    .get(limits.setup().toNanos(), TimeUnit.NANOSECONDS)
                    .map(why -> jar.getFileName() + ": " + why);
        } catch (TimeoutException e) {
            return Optional.of(jar.getFileName() + ": loading it took longer than "
                    + Quantities.time(limits.setup().toNanos()) + ": its process was ended");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(jar.getFileName() + ": interrupted while it was loaded");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            child.close();
        }
    }

    @Override
    public void heard(Frame frame) throws IOException {
        switch (frame.kind()) {
            case READY -> found.complete(Optional.empty());
            case REFUSED -> found.complete(Optional.of(String.join("\n", Frame.readTexts(frame.read()))));
            case GOODBYE -> found.complete(Optional.of(frame.read().readUTF()));
            case ALIVE -> {}
            default -> throw new IOException("a bundle that is looked at does not say " + frame.kind());
        }
    }

    /// What it says while it is loaded concerns nobody.
    @Override
    public void printed(String line) {}

    @Override
    public void ended(String why) {
        found.complete(Optional.of(why));
    }
}

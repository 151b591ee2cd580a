package io.flywheel.loadtest.result;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/// An aggregate as bytes, whole, for whoever goes on with it in another process of the same version: with Java's
/// serialization, so that nothing of it is forgotten. Nothing but what an aggregate has in it is read.
public final class Snapshot {
    private static final String ALLOWED = "io.flywheel.loadtest.result.*;org.HdrHistogram.*;java.util.*;java.time.*;"
            + "java.lang.*;java.util.concurrent.atomic.*;maxdepth=50;!*";

    private Snapshot() {}

    public static byte[] of(Aggregate aggregate) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(new DeflaterOutputStream(bytes))) {
            out.writeObject(aggregate);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// @throws IOException when it is none, or of another version
    public static Aggregate read(byte[] bytes) throws IOException {
        try (var in = new ObjectInputStream(new InflaterInputStream(new ByteArrayInputStream(bytes)))) {
            in.setObjectInputFilter(ObjectInputFilter.Config.createFilter(ALLOWED));
            return (Aggregate) in.readObject();
        } catch (InvalidClassException | ClassNotFoundException | ClassCastException e) {
            throw new IOException("what was counted was written by another version: " + e.getMessage(), e);
        }
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.base.ChecksumAlgorithm;
import io.flywheel.base.ChecksumHasher;
import io.flywheel.base.Checksums;
import io.flywheel.base.Tasks;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.frontend.s3.error.S3Failure;
import io.flywheel.namespace.Content;
import io.flywheel.objects.DataWriter;
import io.flywheel.objects.Written;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// Stores one payload and hashes it on the way. For one task at a time; ends in {@link #finish} or {@link
/// #abort}.
///
/// MD5 is several times slower than everything else that happens to a byte, so for large payloads it runs in a
/// task of its own, a few pieces behind.
final class PayloadSink {
    private static final long OWN_MD5_TASK_BYTES = 1 << 20;
    private static final int MD5_BEHIND_PIECES = 4;

    private final Backend backend;
    private final DataWriter writer;
    private final Map<ChecksumAlgorithm, ChecksumHasher> hashers = new EnumMap<>(ChecksumAlgorithm.class);
    private final Md5 md5;
    private long sizeBytes;

    /// A payload that is persistent and not yet referenced: to be committed, or discarded.
    ///
    /// @param lease the write lease of its blocks
    record Stored(Content content, long lease, long sizeBytes, Bytes md5, Map<ChecksumAlgorithm, Bytes> checksums) {
        String etag() {
            return md5.toHex();
        }

        Bytes checksum(ChecksumAlgorithm algorithm) {
            Bytes value = checksums.get(algorithm);
            if (value == null) {
                throw new IllegalArgumentException(algorithm + " was not computed");
            }
            return value;
        }
    }

    /// Computes MD5 over the pieces, which it releases.
    private interface Md5 {
        void update(ByteBuffer data, Runnable release);

        Bytes finish();
    }

    /// @param storageClass says how redundantly it is stored
    /// @param lengthBytes how much will come
    PayloadSink(Backend backend, String storageClass, long lengthBytes, Set<ChecksumAlgorithm> algorithms) {
        this.backend = backend;
        this.writer = backend.data().writer(storageClass, lengthBytes);
        for (ChecksumAlgorithm algorithm : algorithms) {
            hashers.put(algorithm, Checksums.hasher(algorithm));
        }
        this.md5 = lengthBytes >= OWN_MD5_TASK_BYTES ? new TaskMd5(backend.tasks()) : new InlineMd5();
    }

    /// Takes a piece, and calls {@code release} once when it is no longer needed, on any thread.
    void append(ByteBuffer data, Runnable release) {
        var users = new AtomicInteger(2);
        Runnable done = () -> {
            if (users.decrementAndGet() == 0) {
                release.run();
            }
        };
        try {
            sizeBytes += data.remaining();
            md5.update(data.duplicate(), done);
            for (ChecksumHasher hasher : hashers.values()) {
                hasher.update(data.duplicate());
            }
            if (!writer.append(data)) {
                throw refused(writer.finish());
            }
        } finally {
            done.run();
        }
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /// Waits until everything is persistent.
    ///
    /// @throws S3Failure InsufficientStorage, ServiceUnavailable, SlowDown; nothing is left behind then
    Stored finish() {
        Bytes digest = md5.finish();
        Written written = writer.finish();
        if (!(written instanceof Written.Stored stored)) {
            throw refused(written);
        }
        Map<ChecksumAlgorithm, Bytes> checksums = new EnumMap<>(ChecksumAlgorithm.class);
        hashers.forEach((algorithm, hasher) -> checksums.put(algorithm, hasher.value()));
        return new Stored(stored.content(), writer.lease(), sizeBytes, digest, checksums);
    }

    private static S3Failure refused(Written written) {
        return switch (written) {
            case Written.NoMemory noMemory -> S3Error.slowDown();
            case Written.Full full -> S3Error.INSUFFICIENT_STORAGE.failure();
            case Written.Failed failed -> S3Error.SERVICE_UNAVAILABLE.failure();
            case Written.Stored stored -> throw new IllegalStateException("it was refused before");
        };
    }

    /// Gives up: what was written is deleted.
    void abort() {
        md5.finish();
        writer.close();
    }

    void discard(Stored stored) {
        backend.data().discard(stored.content());
    }

    private static final class InlineMd5 implements Md5 {
        private final ChecksumHasher hasher = Checksums.md5();

        @Override
        public void update(ByteBuffer data, Runnable release) {
            try {
                hasher.update(data);
            } finally {
                release.run();
            }
        }

        @Override
        public Bytes finish() {
            return hasher.value();
        }
    }

    private static final class TaskMd5 implements Md5 {
        private final ChecksumHasher hasher = Checksums.md5();
        private final Tasks.Queue<Piece> queue;
        private final Tasks.Task task;

        private record Piece(ByteBuffer data, Runnable release) {}

        TaskMd5(Tasks tasks) {
            queue = tasks.queue(MD5_BEHIND_PIECES);
            task = tasks.start("md5", this::run);
        }

        private void run() {
            for (var piece = queue.take(); piece.isPresent(); piece = queue.take()) {
                try {
                    hasher.update(piece.get().data);
                } finally {
                    piece.get().release.run();
                }
            }
        }

        @Override
        public void update(ByteBuffer data, Runnable release) {
            if (!queue.put(new Piece(data, release))) {
                release.run();
            }
        }

        @Override
        public Bytes finish() {
            queue.close();
            task.join();
            return hasher.value();
        }
    }
}

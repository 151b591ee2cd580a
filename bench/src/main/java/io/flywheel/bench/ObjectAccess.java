package io.flywheel.bench;

import io.flywheel.base.ChecksumHasher;
import io.flywheel.base.Checksums;
import io.flywheel.namespace.Content;
import io.flywheel.objects.DataReader;
import io.flywheel.objects.ObjectData;
import io.flywheel.objects.Written;
import java.nio.ByteBuffer;

/// Writes and reads objects as PUT and GET do, without a frontend. Thread-safe.
///
/// @param data of the fleet that has them
record ObjectAccess(ObjectData data) {
    private static final int RECEIVED_BYTES = 256 << 10;

    /// Stores an object and takes its MD5, as a PUT does.
    Content put(byte[] bytes) {
        ChecksumHasher md5 = Checksums.md5();
        try (var writer = data.writer("STANDARD", bytes.length)) {
            for (int at = 0; at < bytes.length; at += RECEIVED_BYTES) {
                int length = Math.min(RECEIVED_BYTES, bytes.length - at);
                md5.update(bytes, at, length);
                writer.append(ByteBuffer.wrap(bytes, at, length));
            }
            md5.value();
            return switch (writer.finish()) {
                case Written.Stored stored -> stored.content();
                case Written refused -> throw new IllegalStateException(refused.toString());
            };
        }
    }

    void remove(Content content) {
        data.remove(ObjectData.blocksOf(content));
    }

    /// Reads an object as a GET does: what is at hand without a change of threads. Every byte is read once
    /// more, which stands for sending it.
    long get(Content content, int length) {
        long sum = 0;
        try (var reader = data.reader(content, 0, length)) {
            while (true) {
                var atHand = reader.poll();
                DataReader.Step step = atHand.isPresent() ? atHand.get() : reader.next();
                switch (step) {
                    case DataReader.Step.Piece(var bytes, var release) -> {
                        for (int at = bytes.position(); at + Long.BYTES <= bytes.limit(); at += Long.BYTES) {
                            sum += bytes.getLong(at);
                        }
                        release.run();
                    }
                    case DataReader.Step.End() -> {
                        return sum;
                    }
                    default -> throw new IllegalStateException(step.toString());
                }
            }
        }
    }
}

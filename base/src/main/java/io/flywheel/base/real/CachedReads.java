package io.flywheel.base.real;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Reads of a file that never wait for the device, by Linux's {@code preadv2} with {@code RWF_NOWAIT}: so a virtual
/// thread gets what the page cache has without a change of threads. On tmpfs, which knows no such flag and never waits,
/// a plain read does the same. Where the call is missing there is no such object, and reads take the slow way.
final class CachedReads {
    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int RWF_NOWAIT = 8;
    /// Larger reads into the heap take the slow way, where the copy no longer matters.
    private static final int COPY_BYTES_MAX = 64 << 10;
    private static final int CLOSED = Integer.MIN_VALUE / 2;

    private final int descriptor;
    private final int flags;
    /// Reads that run now, far below zero once closed: the descriptor's number must not be reused under a read.
    private final AtomicInteger users = new AtomicInteger();
    private final AtomicBoolean descriptorClosed = new AtomicBoolean();

    private CachedReads(int descriptor, int flags) {
        this.descriptor = descriptor;
        this.flags = flags;
    }

    static @Nullable CachedReads open(Path path, FileStore fileStore) {
        if (Native.PREADV2 == null || Native.OPEN == null) {
            return null;
        }
        try (var arena = Arena.ofConfined()) {
            int descriptor = (int) Native.OPEN.invokeExact(arena.allocateFrom(path.toString()), O_RDONLY_CLOEXEC);
            return descriptor < 0
                    ? null
                    : new CachedReads(descriptor, fileStore.type().equals("tmpfs") ? 0 : RWF_NOWAIT);
        } catch (Throwable e) {
            throw new IllegalStateException("open", e);
        }
    }

    /// False, with the buffer as it was, when the page cache does not hold all of it.
    boolean read(long offsetBytes, ByteBuffer destination) {
        if (Native.PREADV2 == null || !(destination.isDirect() || destination.remaining() <= COPY_BYTES_MAX)) {
            return false;
        }
        if (users.incrementAndGet() <= 0) {
            leave();
            return false;
        }
        try (var arena = Arena.ofConfined()) {
            int length = destination.remaining();
            var vector = arena.allocate(16, 8);
            var target = destination.isDirect() ? MemorySegment.ofBuffer(destination) : arena.allocate(length);
            vector.set(ValueLayout.ADDRESS, 0, target);
            vector.set(ValueLayout.JAVA_LONG, 8, length);
            long count = (long) Native.PREADV2.invokeExact(descriptor, vector, 1, offsetBytes, flags);
            if (count != length) {
                return false;
            }
            if (destination.isDirect()) {
                destination.position(destination.limit());
            } else {
                destination.put(target.asByteBuffer());
            }
            return true;
        } catch (Throwable e) {
            throw new IllegalStateException("preadv2", e);
        } finally {
            leave();
        }
    }

    void close() {
        if (users.getAndAdd(CLOSED) == 0) {
            closeDescriptor();
        }
    }

    private void leave() {
        if (users.decrementAndGet() == CLOSED) {
            closeDescriptor();
        }
    }

    private void closeDescriptor() {
        try {
            if (Native.CLOSE != null && descriptorClosed.compareAndSet(false, true)) {
                int ignored = (int) Native.CLOSE.invokeExact(descriptor);
            }
        } catch (Throwable e) {
            throw new IllegalStateException("close", e);
        }
    }

    /// The system calls, or null where the platform lacks one.
    private static final class Native {
        static final @Nullable MethodHandle OPEN = find(
                "open",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        static final @Nullable MethodHandle CLOSE =
                find("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        static final @Nullable MethodHandle PREADV2 = find(
                "preadv2",
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT));

        @SuppressWarnings("restricted") // the JVM is started with native access
        private static @Nullable MethodHandle find(String name, FunctionDescriptor type, Linker.Option... options) {
            if (!System.getProperty("os.name", "").equals("Linux")) {
                return null;
            }
            var linker = Linker.nativeLinker();
            return linker.defaultLookup()
                    .find(name)
                    .map(symbol -> linker.downcallHandle(symbol, type, options))
                    .orElse(null);
        }
    }
}

package io.flywheel.loadtest.http;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// Counts for how long what came from its sockets kept each event loop from waiting for more.
final class BusyTime implements IoHandlerFactory {
    private final IoHandlerFactory factory;
    private final List<Counted> handlers = new CopyOnWriteArrayList<>();

    BusyTime(IoHandlerFactory factory) {
        this.factory = factory;
    }

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        var handler = new Counted(factory.newHandler(executor));
        handlers.add(handler);
        return handler;
    }

    @Override
    public boolean isChangingThreadSupported() {
        return factory.isChangingThreadSupported();
    }

    /// Of the busiest.
    long busiestNanos() {
        return handlers.stream()
                .mapToLong(handler -> handler.busyNanos.get())
                .max()
                .orElse(0);
    }

    /// Takes the place of the event loop towards what waits for its sockets, which says how long it did not wait.
    private static final class Counted implements IoHandler, IoHandlerContext {
        private final IoHandler handler;
        private final AtomicLong busyNanos = new AtomicLong();
        private IoHandlerContext loop = this;

        Counted(IoHandler handler) {
            this.handler = handler;
        }

        @Override
        public int run(IoHandlerContext context) {
            loop = context;
            return handler.run(this);
        }

        @Override
        public boolean canBlock() {
            return loop.canBlock();
        }

        @Override
        public long delayNanos(long nowNanos) {
            return loop.delayNanos(nowNanos);
        }

        @Override
        public long deadlineNanos() {
            return loop.deadlineNanos();
        }

        @Override
        public boolean shouldReportActiveIoTime() {
            return true;
        }

        @Override
        public void reportActiveIoTime(long nanos) {
            // Only this loop's thread writes.
            busyNanos.lazySet(busyNanos.get() + nanos);
            if (loop.shouldReportActiveIoTime()) {
                loop.reportActiveIoTime(nanos);
            }
        }

        @Override
        public void initialize() {
            handler.initialize();
        }

        @Override
        public void prepareToDestroy() {
            handler.prepareToDestroy();
        }

        @Override
        public void destroy() {
            handler.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return handler.register(handle);
        }

        @Override
        public void wakeup() {
            handler.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return handler.isCompatible(type);
        }
    }
}

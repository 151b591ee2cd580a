package io.flywheel.loadtest.canary;

import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.TransactionFailed;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.pack.Pack;
import io.flywheel.loadtest.runfile.Section;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A shop that can be broken, and the transactions `search` and `buy` that are run against it.
final class ShopPack implements Pack {
    private static final List<String> NAMES = List.of("search", "buy");

    volatile boolean buyingIsBroken;
    volatile boolean isClosed;
    volatile boolean isLost;
    volatile boolean isMisconfigured;
    volatile boolean isSilent;
    volatile boolean isJammed;
    final CountDownLatch jam = new CountDownLatch(1);
    final CountDownLatch firstLife = new CountDownLatch(1);
    final Queue<String> removed = new ConcurrentLinkedQueue<>();
    final CountDownLatch silence = new CountDownLatch(1);
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger cleaned = new AtomicInteger();
    final AtomicInteger tornDown = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicInteger bought = new AtomicInteger();
    final Queue<String> occurrences = new ConcurrentLinkedQueue<>();
    final CountDownLatch thirdLife = new CountDownLatch(3);

    @Override
    public String name() {
        return "shop";
    }

    @Override
    public Configured read(Section section) {
        return new Configured() {
            @Override
            public List<String> transactions() {
                return NAMES;
            }

            @Override
            public List<String> explanation() {
                return List.of();
            }

            @Override
            public Workload workload(Run run) {
                if (isMisconfigured) {
                    throw new IllegalArgumentException("there is no key to the shop");
                }
                return new Shopping();
            }

            @Override
            public List<String> removeLeftovers(Run run) {
                removed.add(run.id());
                return List.of();
            }
        };
    }

    private final class Shopping implements Workload {
        @Override
        public void setUp(boolean oncePerRun) throws InterruptedException {
            if (isJammed) {
                jam.countDown();
                new CountDownLatch(1).await();
            }
            if (isClosed) {
                throw new TransactionFailed("closed", "the shop is closed");
            }
        }

        @Override
        public void open() {
            opened.incrementAndGet();
            firstLife.countDown();
            thirdLife.countDown();
        }

        @Override
        public List<Subject> subjects() {
            return NAMES.stream()
                    .map(name -> new Subject(name, body(name), Duration.ofSeconds(60)))
                    .toList();
        }

        private Body body(String name) {
            return new Body() {
                @Override
                public void start(Execution execution) {
                    execution.began();
                    execution.requestId("request of " + name);
                    occurrences.add(name + " " + execution.occurrence());
                    if (isSilent) {
                        silence.countDown();
                        return;
                    }
                    if (name.equals("buy") && buyingIsBroken) {
                        execution.fail(new TransactionFailed("503", "sold out"));
                    } else {
                        bought.addAndGet(name.equals("buy") ? 1 : 0);
                        execution.succeed();
                    }
                    execution.release();
                }

                @Override
                public void cancel(Execution execution) {}
            };
        }

        @Override
        public void cleanUp() {
            cleaned.incrementAndGet();
        }

        @Override
        public List<String> tearDown(boolean oncePerRun) {
            tornDown.addAndGet(oncePerRun ? 1 : 0);
            return List.of();
        }

        @Override
        public Cleaned cleaned() {
            return new Cleaned(1, 0);
        }

        @Override
        public List<String> lost() {
            return isLost ? List.of("the shop burnt down") : List.of();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}

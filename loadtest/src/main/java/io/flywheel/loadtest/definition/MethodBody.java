package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.api.Row;
import io.flywheel.loadtest.engine.Body;
import io.flywheel.loadtest.engine.Execution;
import io.flywheel.loadtest.schedule.Mix;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/// Executes a method on a virtual thread of its own.
final class MethodBody implements Body {
    private static final ThreadFactory THREADS = Thread.ofVirtual().factory();

    private final TransactionMethod transaction;
    private final Object instance;
    private final Map<String, Series> series;
    private final Map<String, ResultPool> pools;
    private final LiveDefinition live;
    private final Map<Class<?>, RecordShape> shapes = new ConcurrentHashMap<>();

    MethodBody(
            TransactionMethod transaction,
            Object instance,
            Map<String, Series> series,
            Map<String, ResultPool> pools,
            LiveDefinition live) {
        this.transaction = transaction;
        this.instance = instance;
        this.series = series;
        this.pools = pools;
        this.live = live;
    }

    @Override
    public void start(Execution execution) {
        Thread thread = THREADS.newThread(() -> run(execution));
        execution.attach(thread);
        thread.start();
    }

    /// A thread releases the execution when it ends; of a stage nothing is known any more.
    @Override
    public void cancel(Execution execution) {
        switch (execution.attachment().orElse(null)) {
            case Thread thread -> thread.interrupt();
            case CompletableFuture<?> future -> {
                future.cancel(true);
                execution.release();
            }
            case null, default -> execution.release();
        }
    }

    private void run(Execution execution) {
        execution.began();
        boolean goesOn = false;
        try {
            Object[] arguments = arguments(execution);
            if (arguments == null) {
                execution.starve();
                return;
            }
            Object result = transaction.method().invoke(instance, arguments);
            if (transaction.asynchronous() && result != null) {
                goesOn = true;
                execution.attach(result);
                ((CompletionStage<?>) result).whenComplete((value, thrown) -> ended(execution, value, thrown));
            } else {
                surplus(execution, result).ifPresent(rest -> live.cleanUp(transaction.name(), rest));
            }
        } catch (InvocationTargetException e) {
            execution.fail(DefinitionRefused.cause(e));
        } catch (Throwable e) {
            // A team's code is not to end the generator.
            execution.fail(e);
        } finally {
            if (!goesOn) {
                execution.release();
            }
        }
    }

    /// On a thread of the team's client, which may do the work that a cleanup waits for: that has a thread of its own.
    private void ended(Execution execution, @Nullable Object value, @Nullable Throwable thrown) {
        Optional<Object> rest = Optional.empty();
        try {
            if (thrown != null) {
                execution.fail(thrown);
            } else {
                rest = surplus(execution, value);
            }
        } finally {
            if (rest.isEmpty()) {
                execution.release();
            }
        }
        rest.ifPresent(
                result -> THREADS.newThread(() -> cleanUp(execution, result)).start());
    }

    private void cleanUp(Execution execution, Object result) {
        try {
            live.cleanUp(transaction.name(), result);
        } finally {
            execution.release();
        }
    }

    /// What it made is kept for others; where nobody can get it, it is to be given back.
    private Optional<Object> surplus(Execution execution, @Nullable Object result) {
        boolean succeeded = execution.succeed();
        ResultPool pool = result == null ? null : pools.get(transaction.name());
        if (pool == null || result == null) {
            return Optional.empty();
        }
        Optional<Object> over = succeeded ? pool.add(result) : Optional.of(result);
        return over.filter(_ -> live.hasCleanup(transaction.name()));
    }

    /// Null when there is nothing to work on.
    private Object @Nullable [] arguments(Execution execution) {
        List<Argument> wanted = transaction.arguments();
        var arguments = new Object[wanted.size()];
        for (int i = 0; i < arguments.length; i++) {
            Optional<?> argument = switch (wanted.get(i)) {
                case Argument.TheContext() -> Optional.of(execution);
                case Argument.TheRun() -> Optional.of(execution.run());
                case Argument.Element(String feed, Class<?> type) -> element(feed, type, execution);
                case Argument.Result(String name, Class<?> _, boolean take) -> result(name, take, execution, i);
            };
            if (argument.isEmpty()) {
                return null;
            }
            arguments[i] = argument.get();
        }
        return arguments;
    }

    private Optional<Object> element(String feed, Class<?> type, Execution execution) {
        Series source = series.get(feed);
        return source == null
                ? Optional.empty()
                : source.element(execution.occurrence()).map(element -> fitting(element, type));
    }

    private Object fitting(Object element, Class<?> type) {
        if (element instanceof Row row && type.isRecord() && type != Row.class) {
            return shapes.computeIfAbsent(type, RecordShape::new).fill(row);
        }
        return element;
    }

    private Optional<Object> result(String name, boolean take, Execution execution, int argument) {
        ResultPool pool = pools.get(name);
        long draw = Mix.of(execution.run().seed(), execution.number(), argument);
        return pool == null ? Optional.empty() : pool.draw(draw, take);
    }
}

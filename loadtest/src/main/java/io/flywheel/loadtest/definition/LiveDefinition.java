package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.api.Row;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.engine.Subject;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.schedule.Mix;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A definition in one process of a run: its instances, its data, the results that it keeps.
public final class LiveDefinition implements Workload {
    private static final int CLEANUPS_AT_ONCE = 16;

    private final Definition definition;
    private final Run run;
    private final Map<Class<?>, Object> instances = new HashMap<>();
    private final Map<String, Series> series = new TreeMap<>();
    private final Map<String, ResultPool> pools = new TreeMap<>();
    private final AtomicLong cleaned = new AtomicLong();
    private final AtomicLong notCleaned = new AtomicLong();

    /// Makes the instances.
    ///
    /// @param rows series of the run file, by name
    /// @throws DefinitionRefused when an instance cannot be made
    public LiveDefinition(Definition definition, Run run, Map<String, Series> rows) {
        this.definition = definition;
        this.run = run;
        this.series.putAll(rows);
        for (Class<?> type : definition.types()) {
            instances.put(type, instance(type));
        }
        for (var transaction : definition.transactions()) {
            transaction.needs().forEach(needed -> pools.putIfAbsent(needed, new ResultPool()));
        }
        definition.cleanups().keySet().forEach(cleaned -> pools.putIfAbsent(cleaned, new ResultPool()));
    }

    private Object instance(Class<?> type) {
        try {
            for (var constructor : type.getDeclaredConstructors()) {
                boolean takesRun =
                        constructor.getParameterCount() == 1 && constructor.getParameterTypes()[0] == Run.class;
                if (takesRun || constructor.getParameterCount() == 0) {
                    constructor.setAccessible(true);
                    return takesRun ? constructor.newInstance(run) : constructor.newInstance();
                }
            }
        } catch (ReflectiveOperationException | LinkageError e) {
            throw DefinitionRefused.because(type.getName() + " cannot be made", e);
        }
        throw new DefinitionRefused(List.of(type.getName() + " has no constructor without parameters or with one Run"));
    }

    /// @param oncePerRun which of the two kinds
    /// @throws DefinitionRefused when one throws
    @Override
    public void setUp(boolean oncePerRun) {
        for (var step : definition.setups()) {
            if (step.oncePerRun() == oncePerRun) {
                try {
                    call(step.member());
                } catch (InvocationTargetException e) {
                    throw DefinitionRefused.because("setup " + step.member() + " failed", e);
                }
            }
        }
    }

    /// Asks the providers for their series, and checks that each transaction finds its own.
    ///
    /// @throws DefinitionRefused when one throws, or a series is missing or has elements of another type
    @Override
    public void open() {
        definition.feeds().forEach((name, provider) -> series.put(name, provided(name, provider)));
        var problems = new ArrayList<String>();
        for (var transaction : definition.transactions()) {
            transaction.elements().forEach(wanted -> {
                Series found = series.get(wanted.feed());
                if (found == null) {
                    problems.add(transaction.member() + ": there is no series '" + wanted.feed()
                            + "': neither a method with @Feed nor the run file's data has it"
                            + (series.isEmpty() ? "" : ", there are " + String.join(", ", series.keySet())));
                } else if (found instanceof Series.Listed(List<?> elements, var _, long _) && !elements.isEmpty()) {
                    checkType(transaction, wanted, elements.getFirst()).ifPresent(problems::add);
                }
            });
        }
        if (!problems.isEmpty()) {
            throw new DefinitionRefused(problems);
        }
    }

    private static Optional<String> checkType(TransactionMethod transaction, Argument.Element wanted, Object element) {
        if (element instanceof Row row && wanted.type().isRecord() && wanted.type() != Row.class) {
            try {
                new RecordShape(wanted.type()).fill(row);
                return Optional.empty();
            } catch (IllegalArgumentException e) {
                return Optional.of(transaction.member() + ": series '" + wanted.feed() + "': " + e.getMessage());
            }
        }
        return wanted.type().isInstance(element)
                ? Optional.empty()
                : Optional.of(transaction.member() + ": series '" + wanted.feed() + "' has a "
                        + element.getClass().getSimpleName() + ", it wants a "
                        + wanted.type().getSimpleName());
    }

    private Series provided(String name, Definition.Provider provider) {
        try {
            Object data = call(provider.member());
            return switch (data) {
                case List<?> list -> listed(name, list, provider.order());
                case Iterator<?> iterator -> new Series.Made(iterator);
                case null, default ->
                    throw new DefinitionRefused(List.of("feed " + provider.member() + " gave " + data));
            };
        } catch (InvocationTargetException e) {
            throw DefinitionRefused.because("feed " + provider.member() + " failed", e);
        }
    }

    private Series listed(String name, List<?> list, Feed.Order order) {
        return new Series.Listed(list, order, Mix.of(run.seed(), name.hashCode()));
    }

    /// Its transactions for the engine, each after those whose results it wants.
    @Override
    public List<Subject> subjects() {
        return definition.transactions().stream()
                .map(transaction -> new Subject(
                        transaction.name(),
                        new MethodBody(
                                transaction,
                                Objects.requireNonNull(
                                        instances.get(transaction.member().type())),
                                series,
                                pools,
                                this),
                        transaction.timeout()))
                .toList();
    }

    /// The transactions whose results others want.
    @Override
    public List<String> sources() {
        return definition.names().stream()
                .filter(name -> definition.transactions().stream()
                        .anyMatch(other -> other.needs().anyMatch(name::equals)))
                .toList();
    }

    boolean hasCleanup(String transaction) {
        return definition.cleanups().containsKey(transaction);
    }

    /// Gives one result back.
    void cleanUp(String transaction, Object result) {
        Member member = definition.cleanups().get(transaction);
        if (member == null) {
            return;
        }
        Method method = member.method();
        var arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = method.getParameterTypes()[i] == Run.class ? run : result;
        }
        try {
            method.invoke(instances.get(member.type()), arguments);
            cleaned.incrementAndGet();
        } catch (InvocationTargetException | RuntimeException | IllegalAccessException e) {
            if (notCleaned.getAndIncrement() < 10) {
                Throwable cause = DefinitionRefused.cause(e);
                run.log("cleanup " + member + " failed: " + cause);
            }
        }
    }

    /// Gives back all results that are kept. Waits until it is done.
    @Override
    public void cleanUp() throws InterruptedException {
        var workers = new ArrayList<Thread>();
        for (String transaction : definition.cleanups().keySet()) {
            ResultPool pool = pools.get(transaction);
            for (int i = 0; pool != null && i < CLEANUPS_AT_ONCE; i++) {
                workers.add(Thread.ofVirtual().start(() -> {
                    for (Object result = pool.takeAny(); result != null; result = pool.takeAny()) {
                        cleanUp(transaction, result);
                    }
                }));
            }
        }
        for (Thread worker : workers) {
            worker.join();
        }
    }

    @Override
    public Cleaned cleaned() {
        return new Cleaned(cleaned.get(), notCleaned.get());
    }

    /// There is nothing to close but what teardowns close.
    @Override
    public void close() {}

    /// Runs all of a kind, whatever they throw.
    ///
    /// @return what they threw, in words
    @Override
    public List<String> tearDown(boolean oncePerRun) {
        var problems = new ArrayList<String>();
        for (var step : definition.teardowns()) {
            if (step.oncePerRun() == oncePerRun) {
                try {
                    call(step.member());
                } catch (InvocationTargetException e) {
                    problems.add("teardown " + step.member() + " failed: " + e.getCause());
                }
            }
        }
        return problems;
    }

    private @Nullable Object call(Member member) throws InvocationTargetException {
        Object instance = instances.get(member.type());
        try {
            return member.method().getParameterCount() == 0
                    ? member.method().invoke(instance)
                    : member.method().invoke(instance, run);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}

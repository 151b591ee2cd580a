package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.api.Cleanup;
import io.flywheel.loadtest.api.Context;
import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.api.ResultOf;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Setup;
import io.flywheel.loadtest.api.Teardown;
import io.flywheel.loadtest.api.Transaction;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/// Reads the annotations of a bundle's classes.
public final class DefinitionReader {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    private final List<String> problems = new ArrayList<>();
    private final Map<String, TransactionMethod> transactions = new TreeMap<>();
    private final List<Definition.Step> setups = new ArrayList<>();
    private final List<Definition.Step> teardowns = new ArrayList<>();
    private final Map<String, Method> cleanups = new TreeMap<>();
    private final Map<String, Definition.Provider> feeds = new TreeMap<>();

    private DefinitionReader() {}

    /// @throws DefinitionRefused with everything that is wrong
    public static Definition read(List<Class<?>> types) {
        return new DefinitionReader().readAll(types);
    }

    private Definition readAll(List<Class<?>> types) {
        for (Class<?> type : types) {
            Method[] methods = type.getDeclaredMethods();
            Arrays.sort(methods, Comparator.comparing(Method::getName).thenComparing(Method::toString));
            for (Method method : methods) {
                if (!method.isSynthetic()) {
                    read(method);
                }
            }
        }
        transactions.values().forEach(this::checkResults);
        cleanups.forEach(this::checkCleanup);
        if (transactions.isEmpty() && problems.isEmpty()) {
            problems.add("there is no method with @Transaction");
        }
        var ordered = inOrder();
        if (!problems.isEmpty()) {
            throw new DefinitionRefused(problems);
        }
        return new Definition(types, ordered, setups, teardowns, cleanups, feeds);
    }

    private void read(Method method) {
        if (method.isAnnotationPresent(Transaction.class)) {
            readTransaction(method, method.getAnnotation(Transaction.class));
        }
        if (method.isAnnotationPresent(Setup.class)) {
            checkStep(method);
            setups.add(new Definition.Step(
                    method, method.getAnnotation(Setup.class).oncePerRun()));
        }
        if (method.isAnnotationPresent(Teardown.class)) {
            checkStep(method);
            teardowns.add(new Definition.Step(
                    method, method.getAnnotation(Teardown.class).oncePerRun()));
        }
        if (method.isAnnotationPresent(Cleanup.class)) {
            open(method);
            String name = method.getAnnotation(Cleanup.class).value();
            if (cleanups.put(name, method) != null) {
                problem(method, "another method cleans up after '" + name + "' too");
            }
        }
        if (method.isAnnotationPresent(Feed.class)) {
            readFeed(method, method.getAnnotation(Feed.class));
        }
    }

    private void readTransaction(Method method, Transaction annotation) {
        open(method);
        String name = annotation.value().isEmpty() ? method.getName() : annotation.value();
        if (!NAME.matcher(name).matches()) {
            problem(method, "'" + name + "' is not a name: 1 to 100 letters, digits, '-', '_' and '.'");
        }
        if (annotation.timeoutSeconds() < 1) {
            problem(method, "timeoutSeconds is at least 1");
        }
        var arguments = new ArrayList<Argument>();
        for (Parameter parameter : method.getParameters()) {
            argument(method, parameter).ifPresent(arguments::add);
        }
        boolean asynchronous = CompletionStage.class.isAssignableFrom(method.getReturnType());
        var timeout = Duration.ofSeconds(Math.max(1, annotation.timeoutSeconds()));
        var transaction = new TransactionMethod(name, method, timeout, arguments, asynchronous);
        var other = transactions.put(name, transaction);
        if (other != null) {
            problem(method, "the name '" + name + "' is taken by " + where(other.method()));
        }
    }

    private Optional<Argument> argument(Method method, Parameter parameter) {
        Class<?> type = boxed(parameter.getType());
        if (parameter.isAnnotationPresent(Feed.class)) {
            String feed = parameter.getAnnotation(Feed.class).value();
            if (feed.isEmpty()) {
                problem(method, "@Feed on a parameter says which series");
            }
            return Optional.of(new Argument.Element(feed, type));
        }
        if (parameter.isAnnotationPresent(ResultOf.class)) {
            var result = parameter.getAnnotation(ResultOf.class);
            return Optional.of(new Argument.Result(result.value(), type, result.take()));
        }
        if (type == Context.class) {
            return Optional.of(new Argument.TheContext());
        }
        if (type == Run.class) {
            return Optional.of(new Argument.TheRun());
        }
        problem(
                method,
                "the parameter of type " + type.getSimpleName()
                        + " has neither @Feed nor @ResultOf, and is neither Context nor Run");
        return Optional.empty();
    }

    private void readFeed(Method method, Feed annotation) {
        checkStep(method);
        String name = annotation.value().isEmpty() ? method.getName() : annotation.value();
        if (!List.class.isAssignableFrom(method.getReturnType())
                && !Iterator.class.isAssignableFrom(method.getReturnType())) {
            problem(method, "a series of data is a List or an Iterator");
        }
        if (feeds.put(name, new Definition.Provider(method, annotation.order())) != null) {
            problem(method, "another method provides the series '" + name + "' too");
        }
    }

    private void checkStep(Method method) {
        open(method);
        boolean fits = method.getParameterCount() == 0
                || (method.getParameterCount() == 1 && method.getParameterTypes()[0] == Run.class);
        if (!fits) {
            problem(method, "its only parameter can be a Run");
        }
    }

    private void checkResults(TransactionMethod transaction) {
        for (Argument argument : transaction.arguments()) {
            if (argument instanceof Argument.Result(String needed, Class<?> type, boolean _)) {
                var source = transactions.get(needed);
                if (source == null) {
                    problem(
                            transaction.method(),
                            "there is no transaction '" + needed + "', there are "
                                    + String.join(", ", transactions.keySet()));
                } else if (!type.isAssignableFrom(resultType(source))) {
                    problem(
                            transaction.method(),
                            "it wants a " + type.getSimpleName() + " of '" + needed + "', which returns "
                                    + resultType(source).getSimpleName());
                }
            }
        }
    }

    private void checkCleanup(String name, Method method) {
        var source = transactions.get(name);
        if (source == null) {
            problem(method, "there is no transaction '" + name + "' to clean up after");
            return;
        }
        int results = 0;
        for (Class<?> type : method.getParameterTypes()) {
            if (type != Run.class) {
                results++;
                if (!boxed(type).isAssignableFrom(resultType(source))) {
                    problem(
                            method,
                            "it wants a " + type.getSimpleName() + ", '" + name + "' returns "
                                    + resultType(source).getSimpleName());
                }
            }
        }
        if (results != 1) {
            problem(method, "its parameters are a result of '" + name + "' and, if wanted, a Run");
        }
    }

    /// What others get: of a stage what it ends with, where its type says that.
    private static Class<?> resultType(TransactionMethod transaction) {
        var type = transaction.method().getGenericReturnType();
        if (!transaction.asynchronous()) {
            return boxed(transaction.method().getReturnType());
        }
        if (type instanceof ParameterizedType stage && stage.getActualTypeArguments().length == 1) {
            var ended = stage.getActualTypeArguments()[0];
            if (ended instanceof Class<?> known) {
                return known;
            }
            if (ended instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
                return raw;
            }
        }
        return Object.class;
    }

    /// Each after those that it needs.
    private List<TransactionMethod> inOrder() {
        var ordered = new LinkedHashMap<String, TransactionMethod>();
        for (var transaction : transactions.values()) {
            visit(transaction, ordered, new LinkedHashSet<>());
        }
        return List.copyOf(ordered.values());
    }

    private void visit(TransactionMethod transaction, Map<String, TransactionMethod> ordered, Set<String> path) {
        if (ordered.containsKey(transaction.name())) {
            return;
        }
        if (!path.add(transaction.name())) {
            problem(
                    transaction.method(),
                    "it needs its own result: " + String.join(" <- ", path) + " <- " + transaction.name());
            return;
        }
        transaction
                .needs()
                .map(transactions::get)
                .filter(java.util.Objects::nonNull)
                .forEach(needed -> {
                    visit(needed, ordered, path);
                });
        path.remove(transaction.name());
        ordered.put(transaction.name(), transaction);
    }

    private void open(Method method) {
        if (Modifier.isAbstract(method.getModifiers())) {
            problem(method, "it is abstract");
        } else {
            method.setAccessible(true);
        }
    }

    private void problem(Method method, String text) {
        problems.add(where(method) + ": " + text);
    }

    private static String where(Method method) {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName();
    }

    static Class<?> boxed(Class<?> type) {
        return java.lang.invoke.MethodType.methodType(type).wrap().returnType();
    }
}

package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.api.Cleanup;
import io.flywheel.loadtest.api.Context;
import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.api.ResultOf;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Setup;
import io.flywheel.loadtest.api.Teardown;
import io.flywheel.loadtest.api.Transaction;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private final Map<String, Member> cleanups = new TreeMap<>();
    private final Map<String, Definition.Provider> feeds = new TreeMap<>();

    private DefinitionReader() {}

    /// @throws DefinitionRefused with everything that is wrong
    public static Definition read(List<Class<?>> types) {
        return new DefinitionReader().readAll(types);
    }

    private Definition readAll(List<Class<?>> types) {
        for (Class<?> type : types) {
            var members = members(type);
            members.forEach(this::read);
            // What was set up last is torn down first.
            classes(type)
                    .reversed()
                    .forEach(declaring -> members.stream()
                            .filter(member -> member.method().getDeclaringClass() == declaring)
                            .forEach(this::readTeardown));
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

    /// Its own methods and those of the classes that it extends, whose come first.
    private static List<Member> members(Class<?> type) {
        Set<String> overridden = new HashSet<>();
        var members = new ArrayList<Member>();
        for (Class<?> declaring : classes(type).reversed()) {
            var own = Arrays.stream(declaring.getDeclaredMethods())
                    .filter(method -> !method.isSynthetic() && !overridden.contains(signature(method)))
                    .sorted(Comparator.comparing(Method::getName).thenComparing(Method::toString))
                    .map(method -> new Member(type, method))
                    .toList();
            members.addAll(0, own);
            own.stream()
                    .map(Member::method)
                    .filter(method -> !Modifier.isPrivate(method.getModifiers()))
                    .forEach(method -> overridden.add(signature(method)));
        }
        return members;
    }

    /// The class and those that it extends; these come first.
    private static List<Class<?>> classes(Class<?> type) {
        var classes = new ArrayList<Class<?>>();
        for (Class<?> one = type; one != null && one != Object.class; one = one.getSuperclass()) {
            classes.addFirst(one);
        }
        return classes;
    }

    private static String signature(Method method) {
        return method.getName() + Arrays.toString(method.getParameterTypes());
    }

    private void read(Member member) {
        Method method = member.method();
        if (method.isAnnotationPresent(Transaction.class)) {
            readTransaction(member, method.getAnnotation(Transaction.class));
        }
        if (method.isAnnotationPresent(Setup.class)) {
            readStep(setups, member, method.getAnnotation(Setup.class).oncePerRun());
        }
        if (method.isAnnotationPresent(Cleanup.class)) {
            open(member);
            String name = method.getAnnotation(Cleanup.class).value();
            Member other = cleanups.putIfAbsent(name, member);
            if (other != null && !other.method().equals(method)) {
                problem(member, "another method cleans up after '" + name + "' too");
            }
        }
        if (method.isAnnotationPresent(Feed.class)) {
            readFeed(member, method.getAnnotation(Feed.class));
        }
    }

    private void readTeardown(Member member) {
        var annotation = member.method().getAnnotation(Teardown.class);
        if (annotation != null) {
            readStep(teardowns, member, annotation.oncePerRun());
        }
    }

    private void readStep(List<Definition.Step> steps, Member member, boolean oncePerRun) {
        checkStep(member);
        // Of two classes that extend the one that has it, one does what is done once.
        boolean done = oncePerRun
                && steps.stream().anyMatch(step -> step.member().method().equals(member.method()));
        if (!done) {
            steps.add(new Definition.Step(member, oncePerRun));
        }
    }

    private void readTransaction(Member member, Transaction annotation) {
        Method method = member.method();
        open(member);
        String name = annotation.value().isEmpty() ? method.getName() : annotation.value();
        if (!NAME.matcher(name).matches()) {
            problem(member, "'" + name + "' is not a name: 1 to 100 letters, digits, '-', '_' and '.'");
        }
        if (annotation.timeoutSeconds() < 1) {
            problem(member, "timeoutSeconds is at least 1");
        }
        var arguments = new ArrayList<Argument>();
        for (Parameter parameter : method.getParameters()) {
            argument(member, parameter).ifPresent(arguments::add);
        }
        boolean asynchronous = CompletionStage.class.isAssignableFrom(method.getReturnType());
        var timeout = Duration.ofSeconds(Math.max(1, annotation.timeoutSeconds()));
        var transaction = new TransactionMethod(name, member, timeout, arguments, asynchronous);
        var other = transactions.put(name, transaction);
        if (other != null) {
            problem(
                    member,
                    "the name '" + name + "' is taken by " + other.member()
                            + (other.method().equals(method)
                                    ? ", which has it of the same class: give it to one of them"
                                    : ""));
        }
    }

    private Optional<Argument> argument(Member member, Parameter parameter) {
        Class<?> type = boxed(parameter.getType());
        if (parameter.isAnnotationPresent(Feed.class)) {
            String feed = parameter.getAnnotation(Feed.class).value();
            if (feed.isEmpty()) {
                problem(member, "@Feed on a parameter says which series");
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
                member,
                "the parameter of type " + type.getSimpleName()
                        + " has neither @Feed nor @ResultOf, and is neither Context nor Run");
        return Optional.empty();
    }

    private void readFeed(Member member, Feed annotation) {
        Method method = member.method();
        checkStep(member);
        String name = annotation.value().isEmpty() ? method.getName() : annotation.value();
        if (!List.class.isAssignableFrom(method.getReturnType())
                && !Iterator.class.isAssignableFrom(method.getReturnType())) {
            problem(member, "a series of data is a List or an Iterator");
        }
        var other = feeds.putIfAbsent(name, new Definition.Provider(member, annotation.order()));
        if (other != null && !other.member().method().equals(method)) {
            problem(member, "another method provides the series '" + name + "' too");
        }
    }

    private void checkStep(Member member) {
        Method method = member.method();
        open(member);
        boolean fits = method.getParameterCount() == 0
                || (method.getParameterCount() == 1 && method.getParameterTypes()[0] == Run.class);
        if (!fits) {
            problem(member, "its only parameter can be a Run");
        }
    }

    private void checkResults(TransactionMethod transaction) {
        for (Argument argument : transaction.arguments()) {
            if (argument instanceof Argument.Result(String needed, Class<?> type, boolean _)) {
                var source = transactions.get(needed);
                if (source == null) {
                    problem(
                            transaction.member(),
                            "there is no transaction '" + needed + "', there are "
                                    + String.join(", ", transactions.keySet()));
                } else if (!type.isAssignableFrom(resultType(source))) {
                    problem(
                            transaction.member(),
                            "it wants a " + type.getSimpleName() + " of '" + needed + "', which returns "
                                    + resultType(source).getSimpleName());
                }
            }
        }
    }

    private void checkCleanup(String name, Member member) {
        Method method = member.method();
        var source = transactions.get(name);
        if (source == null) {
            problem(member, "there is no transaction '" + name + "' to clean up after");
            return;
        }
        int results = 0;
        for (Class<?> type : method.getParameterTypes()) {
            if (type != Run.class) {
                results++;
                if (!boxed(type).isAssignableFrom(resultType(source))) {
                    problem(
                            member,
                            "it wants a " + type.getSimpleName() + ", '" + name + "' returns "
                                    + resultType(source).getSimpleName());
                }
            }
        }
        if (results != 1) {
            problem(member, "its parameters are a result of '" + name + "' and, if wanted, a Run");
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
                    transaction.member(),
                    "it needs its own result: " + String.join(" <- ", path) + " <- " + transaction.name());
            return;
        }
        transaction.needs().map(transactions::get).filter(Objects::nonNull).forEach(needed -> {
            visit(needed, ordered, path);
        });
        path.remove(transaction.name());
        ordered.put(transaction.name(), transaction);
    }

    private void open(Member member) {
        if (Modifier.isAbstract(member.method().getModifiers())) {
            problem(member, "it is abstract");
        } else {
            member.method().setAccessible(true);
        }
    }

    private void problem(Member member, String text) {
        problems.add(member + ": " + text);
    }

    static Class<?> boxed(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }
}

package io.flywheel.loadtest.bundle;

import io.flywheel.loadtest.api.Cleanup;
import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.api.ResultOf;
import io.flywheel.loadtest.api.Setup;
import io.flywheel.loadtest.api.Teardown;
import io.flywheel.loadtest.api.Transaction;
import java.lang.annotation.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a class file says about transactions. The class is not loaded: reading an annotation by reflection would run
/// initialisers of the bundle.
///
/// @param parent the class that it extends
/// @param concrete instances of it can be made
/// @param annotated a method of its own has an annotation of the API
/// @param transactions its own
record ClassOutline(String name, String parent, boolean concrete, boolean annotated, List<Named> transactions) {
    private static final List<Class<? extends Annotation>> ANNOTATIONS =
            List.of(Transaction.class, Setup.class, Teardown.class, Cleanup.class, Feed.class);

    /// A transaction.
    ///
    /// @param needs the transactions whose results it wants
    record Named(String name, List<String> needs) {
        Named {
            needs = List.copyOf(needs);
        }
    }

    ClassOutline {
        transactions = List.copyOf(transactions);
    }

    static ClassOutline of(ClassModel model) {
        var transactions = new ArrayList<Named>();
        boolean annotated = false;
        for (MethodModel method : model.methods()) {
            if (!method.flags().has(AccessFlag.SYNTHETIC)) {
                transaction(method).ifPresent(transactions::add);
                var found = annotations(method);
                annotated |= ANNOTATIONS.stream()
                        .anyMatch(wanted -> find(found, wanted).isPresent());
            }
        }
        boolean concrete =
                !model.flags().has(AccessFlag.ABSTRACT) && !model.flags().has(AccessFlag.INTERFACE);
        String parent = model.superclass().map(ClassEntry::asInternalName).orElse("");
        return new ClassOutline(
                model.thisClass().asInternalName().replace('/', '.'),
                parent.replace('/', '.'),
                concrete,
                annotated,
                transactions);
    }

    private static Optional<Named> transaction(MethodModel method) {
        return find(annotations(method), Transaction.class).map(annotation -> {
            String said = value(annotation);
            return new Named(said.isEmpty() ? method.methodName().stringValue() : said, needs(method));
        });
    }

    private static List<java.lang.classfile.Annotation> annotations(MethodModel method) {
        return method.findAttribute(Attributes.runtimeVisibleAnnotations()).stream()
                .flatMap(visible -> visible.annotations().stream())
                .toList();
    }

    private static List<String> needs(MethodModel method) {
        return method.findAttribute(Attributes.runtimeVisibleParameterAnnotations()).stream()
                .flatMap(visible -> visible.parameterAnnotations().stream())
                .flatMap(parameter -> find(parameter, ResultOf.class).stream())
                .map(ClassOutline::value)
                .toList();
    }

    private static Optional<java.lang.classfile.Annotation> find(
            List<java.lang.classfile.Annotation> annotations, Class<? extends Annotation> wanted) {
        String descriptor = wanted.descriptorString();
        return annotations.stream()
                .filter(annotation -> annotation.className().equalsString(descriptor))
                .findFirst();
    }

    private static String value(java.lang.classfile.Annotation annotation) {
        return annotation.elements().stream()
                .filter(element -> element.name().equalsString("value"))
                .map(AnnotationElement::value)
                .flatMap(value ->
                        value instanceof AnnotationValue.OfString text ? Stream.of(text.stringValue()) : Stream.of())
                .findFirst()
                .orElse("");
    }

    /// The classes of which an instance is made: those that have annotated methods, their own or those of classes that
    /// they extend. One without transactions that is extended is there for the others.
    ///
    /// @throws IllegalArgumentException with the name of a class whose annotated methods nobody would run
    static List<String> instances(List<ClassOutline> classes) {
        Map<String, ClassOutline> known = new HashMap<>();
        classes.forEach(one -> known.put(one.name(), one));
        Set<String> extended = new HashSet<>();
        var instances = new ArrayList<ClassOutline>();
        for (ClassOutline one : classes) {
            var line = line(one, known);
            if (one.concrete() && line.stream().anyMatch(ClassOutline::annotated)) {
                instances.add(one);
                line.stream().skip(1).map(ClassOutline::name).forEach(extended::add);
            }
        }
        instances.removeIf(one -> extended.contains(one.name())
                && line(one, known).stream()
                        .allMatch(parent -> parent.transactions().isEmpty()));
        var names = instances.stream().map(ClassOutline::name).sorted().toList();
        for (ClassOutline one : classes) {
            if (one.annotated() && !names.contains(one.name()) && !extended.contains(one.name())) {
                throw new IllegalArgumentException(one.name());
            }
        }
        return names;
    }

    /// A class and those that it extends, as far as the bundle has them.
    private static List<ClassOutline> line(ClassOutline from, Map<String, ClassOutline> known) {
        var line = new ArrayList<ClassOutline>();
        for (ClassOutline one = from; one != null && !line.contains(one); one = known.get(one.parent())) {
            line.add(one);
        }
        return line;
    }

    /// The names of all transactions, each after those whose results it wants, as far as that is possible.
    static List<String> names(List<ClassOutline> classes) {
        Map<String, Named> all = new TreeMap<>();
        for (ClassOutline one : classes) {
            one.transactions().forEach(transaction -> all.put(transaction.name(), transaction));
        }
        Set<String> ordered = new LinkedHashSet<>();
        Set<String> seen = new LinkedHashSet<>();
        all.values().forEach(transaction -> visit(transaction, all, seen, ordered));
        return List.copyOf(ordered);
    }

    private static void visit(Named transaction, Map<String, Named> all, Set<String> seen, Set<String> ordered) {
        if (seen.add(transaction.name())) {
            for (String needed : transaction.needs()) {
                Named source = all.get(needed);
                if (source != null) {
                    visit(source, all, seen, ordered);
                }
            }
            ordered.add(transaction.name());
        }
    }
}

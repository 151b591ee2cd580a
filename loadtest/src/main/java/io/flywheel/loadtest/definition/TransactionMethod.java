package io.flywheel.loadtest.definition;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// A method that is a transaction.
///
/// @param asynchronous it returns a stage
record TransactionMethod(String name, Member member, Duration timeout, List<Argument> arguments, boolean asynchronous) {
    TransactionMethod {
        arguments = List.copyOf(arguments);
    }

    Method method() {
        return member.method();
    }

    /// The transactions whose results it wants.
    Stream<String> needs() {
        return arguments.stream()
                .filter(Argument.Result.class::isInstance)
                .map(argument -> ((Argument.Result) argument).transaction())
                .distinct();
    }

    /// The series whose elements it wants.
    Stream<Argument.Element> elements() {
        return arguments.stream().filter(Argument.Element.class::isInstance).map(Argument.Element.class::cast);
    }
}

package io.flywheel.loadtest.definition;

import java.lang.reflect.InvocationTargetException;
import java.util.List;

/// A definition that cannot be run, with everything that is wrong with it.
public final class DefinitionRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    public DefinitionRefused(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    private DefinitionRefused(String problem, Throwable cause) {
        super(problem, cause);
        this.problems = List.of(problem);
    }

    /// For what a team's code threw, without what reflection wraps around it.
    static DefinitionRefused because(String what, Throwable thrown) {
        Throwable cause = cause(thrown);
        return new DefinitionRefused(what + ": " + cause, cause);
    }

    static Throwable cause(Throwable thrown) {
        boolean wrapped = thrown instanceof InvocationTargetException || thrown instanceof ExceptionInInitializerError;
        Throwable cause = thrown.getCause();
        return wrapped && cause != null ? cause(cause) : thrown;
    }

    public List<String> problems() {
        return problems;
    }
}

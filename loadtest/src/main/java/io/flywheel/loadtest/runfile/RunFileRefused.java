package io.flywheel.loadtest.runfile;

import java.util.List;

/// A run file that is wrong, with every place where it is.
public final class RunFileRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    public RunFileRefused(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}

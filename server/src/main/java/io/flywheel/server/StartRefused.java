package io.flywheel.server;

/// The command cannot go on. The message is for the operator: what is wrong and what to do; no stack trace is shown.
public final class StartRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode code;

    public StartRefused(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    public static StartRefused failure(String message) {
        return new StartRefused(ExitCode.FAILURE, message);
    }

    public static StartRefused configuration(String message) {
        return new StartRefused(ExitCode.CONFIGURATION, message);
    }

    public ExitCode code() {
        return code;
    }
}

package io.flywheel.server;

/// The command cannot go on. The message is for the operator: what is wrong and what to do; no stack trace is shown.
final class StartRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode code;

    StartRefused(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    static StartRefused failure(String message) {
        return new StartRefused(ExitCode.FAILURE, message);
    }

    static StartRefused configuration(String message) {
        return new StartRefused(ExitCode.CONFIGURATION, message);
    }

    ExitCode code() {
        return code;
    }
}

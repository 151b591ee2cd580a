package io.flywheel.server;

/// How the process ends. Scripts rely on these numbers.
public enum ExitCode {
    /// It did what it was asked, or was asked to stop and did.
    STOPPED(0),
    FAILURE(1),
    /// The command line is wrong.
    USAGE(2),
    /// A configuration file, an environment variable or a folder is not what it must be; no data was touched.
    CONFIGURATION(3),
    /// Another server holds the disk.
    DISK_IN_USE(4),
    /// No server is running that could be asked.
    NOT_RUNNING(5);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}

package io.flywheel.loadtest.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file with a report.
public final class ReportFile {
    private ReportFile() {}

    /// What a service answers can hold half of a surrogate pair, for which there is no UTF-8: a question mark takes its
    /// place.
    public static void write(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}

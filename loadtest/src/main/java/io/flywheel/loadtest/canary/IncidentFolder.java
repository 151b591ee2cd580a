package io.flywheel.loadtest.canary;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Where reports of incidents are, a file each. What is there is only added to: people edit it meanwhile.
final class IncidentFolder {
    private final Path folder;

    IncidentFolder(Path folder) {
        this.folder = folder;
    }

    Path file(Incident incident) {
        return folder.resolve(incident.id().replaceAll("[^A-Za-z0-9._-]", "_") + ".md");
    }

    /// Half of a surrogate pair, for which there is no UTF-8, becomes a question mark.
    void add(Incident incident, String text) throws IOException {
        Files.createDirectories(folder);
        Files.write(
                file(incident),
                text.getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}

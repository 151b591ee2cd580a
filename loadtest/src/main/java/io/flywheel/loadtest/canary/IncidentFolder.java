package io.flywheel.loadtest.canary;

import java.io.IOException;
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

    void begin(Incident incident, String text) throws IOException {
        Files.createDirectories(folder);
        add(incident, text);
    }

    void add(Incident incident, String text) throws IOException {
        Files.writeString(file(incident), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}

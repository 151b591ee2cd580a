package io.flywheel.loadtest.canary;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What a canary must know when it is started again, as a file of JSON: the alarm that is on, who has not been told
/// yet, and which of its runs may have left something. There is no file where there is nothing to know.
///
/// @param version of this form
/// @param target where the service is: of another one nothing of this is true
/// @param left ids of runs
/// @param untold notices in the form in which they are sent, oldest first
record CanaryState(
        int version, String target, List<String> left, Optional<Incident> incident, List<Map<String, Object>> untold) {
    private static final int VERSION = 1;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    CanaryState {
        left = List.copyOf(left);
        untold = List.copyOf(untold);
    }

    static CanaryState of(
            String target, List<String> left, Optional<Incident> incident, List<Map<String, Object>> untold) {
        return new CanaryState(VERSION, target, left, incident, untold);
    }

    private boolean isEmpty() {
        return left.isEmpty() && incident.isEmpty() && untold.isEmpty();
    }

    /// @return empty where there is no file
    /// @throws IOException when it cannot be read or says nothing of use
    static Optional<CanaryState> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var document = JSON.readTree(Files.readString(file));
            int version = document.path("version").asInt(0);
            if (version != VERSION) {
                throw new IOException(file + " is not the state of a canary of this version (" + VERSION + ")");
            }
            return Optional.of(JSON.treeToValue(document, CanaryState.class));
        } catch (JacksonException e) {
            throw new IOException(file + " is not the state of a canary: " + e.getOriginalMessage(), e);
        }
    }

    /// Takes the place of the file in one step, also when the machine fails.
    void write(Path file) throws IOException {
        if (isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (var channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            var bytes = ByteBuffer.wrap(JSON.writeValueAsString(this).getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}

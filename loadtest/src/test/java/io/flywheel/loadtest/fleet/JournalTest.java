package io.flywheel.loadtest.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
    private static final byte[] RUN = bytes("run");

    @TempDir
    private Path folder = Path.of(".");

    @Test
    void shouldHaveWholeEntriesWhereverACrashCutsItOff() throws IOException {
        Path file = folder.resolve("journal");
        try (var journal = Journal.open(folder, RUN, _ -> {})) {
            journal.append(List.of(bytes("one"), bytes("two")));
            journal.append(List.of(bytes("three")));
        }
        byte[] whole = Files.readAllBytes(file);
        int head = 8 + RUN.length + 6;
        for (int length = 0; length <= whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            int entries = length < head + 11 ? 0 : length < head + 22 ? 1 : length < head + 35 ? 2 : 3;
            assertThat(read())
                    .as("cut at %s", length)
                    .isEqualTo(List.of("one", "two", "three").subList(0, entries));
            // What comes next is read too.
            try (var journal = Journal.open(folder, RUN, _ -> {})) {
                journal.append(List.of(bytes("next")));
            }
            assertThat(read()).hasSize(entries + 1).endsWith("next");
        }
    }

    @Test
    void shouldCutAwayWhatIsDamaged() throws IOException {
        Path file = folder.resolve("journal");
        try (var journal = Journal.open(folder, RUN, _ -> {})) {
            journal.append(List.of(bytes("one"), bytes("two")));
        }
        byte[] whole = Files.readAllBytes(file);
        whole[whole.length - 1] ^= 1;
        Files.write(file, whole);
        assertThat(read()).containsExactly("one");
    }

    @Test
    void shouldHaveACheckpointInsteadOfWhatWasBefore() throws IOException {
        byte[] id;
        try (var journal = Journal.open(folder, RUN, _ -> {})) {
            id = journal.id();
            journal.append(List.of(bytes("one"), bytes("two")));
            journal.replace(List.of(bytes("both")));
            journal.append(List.of(bytes("three")));
        }
        assertThat(read()).containsExactly("both", "three");
        try (var journal = Journal.open(folder, RUN, _ -> {})) {
            assertThat(journal.id()).isEqualTo(id);
        }
    }

    @Test
    void shouldRefuseAnotherRun() throws IOException {
        Journal.open(folder, RUN, _ -> {}).close();
        assertThatThrownBy(() -> Journal.open(folder, bytes("other"), _ -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another run that did not end");
    }

    @Test
    void shouldBelongToOneControllerAtATime() throws IOException {
        byte[] id;
        try (var journal = Journal.open(folder, RUN, _ -> {})) {
            id = journal.id();
            assertThatThrownBy(() -> Journal.open(folder, RUN, _ -> {}))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another controller works in");
        }
        try (var journal = Journal.open(folder, RUN, _ -> {})) {
            assertThat(journal.id()).isEqualTo(id);
            assertThat(journal.isNew()).isFalse();
            journal.delete();
        }
        try (var journal = Journal.open(folder, RUN, _ -> {})) {
            // Another run of the same.
            assertThat(journal.id()).isNotEqualTo(id);
            assertThat(journal.isNew()).isTrue();
        }
    }

    private List<String> read() throws IOException {
        var entries = new ArrayList<String>();
        Journal.open(folder, RUN, entry -> entries.add(new String(entry, StandardCharsets.UTF_8)))
                .close();
        return entries;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

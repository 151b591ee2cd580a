package io.flywheel.namespace.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Disk;
import io.flywheel.base.real.ThreadTasks;
import io.flywheel.base.simulated.SimulatedDisk;
import io.flywheel.namespace.log.LogRecovery.Recovered;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A log of three frames, of which the second holds one command and the third two, as each version of the
/// format has it (`frames-1.hex`, `frames-2.hex`; `-Dgolden=write` writes what the code at hand makes).
class LogFormatTest {
    private static final Path FOLDER = Path.of("src/test/resources/io/flywheel/namespace/log");
    private static final int SECTOR_BYTES = 512;
    private static final long IDENTITY = 0x0badcafe12345679L;

    private final ThreadTasks tasks = new ThreadTasks();
    private final SimulatedDisk disk = new SimulatedDisk(new Disk.Geometry(2, 8192, SECTOR_BYTES));

    @Test
    void shouldWriteAndReadWhatEarlierBuildsWrote() throws IOException {
        if (!(LogRecovery.create(disk, tasks, IDENTITY, 3) instanceof Recovered.Ready(CommandLog log))) {
            throw new AssertionError("an empty disk takes a log");
        }
        log.append(entry(log, "one"));
        log.append(entry(log, "two", "three"));
        ByteBuffer written = ByteBuffer.allocate(3 * SECTOR_BYTES);
        disk.read(0, 0, written);
        Path file = FOLDER.resolve("frames-2.hex");
        if (System.getProperty("golden", "").equals("write")) {
            Files.writeString(file, HexFormat.of().formatHex(written.array()) + "\n");
        }
        assertThat(HexFormat.of().formatHex(written.array())).isEqualTo(golden(file));
        assertThat(replayed("frames-2.hex")).containsExactly("1 one", "2 two", "3 three");
    }

    /// Of a store of one disk, which goes on in this version.
    @Test
    void shouldReadAndContinueALogOfVersion1() throws IOException {
        assertThat(replayed("frames-1.hex")).containsExactly("1 one", "2 two", "3 three");
        CommandLog log = recovered("frames-1.hex");
        assertThat(log.append(entry(log, "four"))).isEqualTo(CommandLog.Appended.DONE);
        assertThat(commands(log)).containsExactly("1 one", "2 two", "3 three", "4 four");
    }

    private static Entry entry(CommandLog log, String... commands) {
        List<byte[]> bytes = new ArrayList<>();
        for (String command : commands) {
            bytes.add(command.getBytes(StandardCharsets.UTF_8));
        }
        return Entry.of(IDENTITY, 3, log.nextPosition(), log.link(), bytes, false);
    }

    private List<String> replayed(String file) throws IOException {
        return commands(recovered(file));
    }

    private CommandLog recovered(String file) throws IOException {
        SimulatedDisk earlier = new SimulatedDisk(new Disk.Geometry(2, 8192, SECTOR_BYTES));
        earlier.prepare(0);
        earlier.write(0, 0, ByteBuffer.wrap(HexFormat.of().parseHex(golden(FOLDER.resolve(file)))));
        if (!(LogRecovery.recover(earlier, tasks) instanceof Recovered.Ready(CommandLog log))) {
            throw new AssertionError(file + " is refused");
        }
        return log;
    }

    private static List<String> commands(CommandLog log) {
        List<String> commands = new ArrayList<>();
        assertThat(LogReader.read(log, 1, entry -> {
                    for (int i = 0; i < entry.count(); i++) {
                        commands.add(entry.first() + i + " "
                                + new String(entry.commands().get(i), StandardCharsets.UTF_8));
                    }
                    return true;
                }))
                .isEqualTo(new LogReader.Read.Done());
        return commands;
    }

    private static String golden(Path file) throws IOException {
        return Files.readString(file).strip();
    }
}

package io.flywheel.loadtest.fleet;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/// How a connection begins: the agent says the secret and its name, the controller what the run is; the agent asks for
/// the files that it does not have. A file comes in frames of at most 1 MiB.
///
/// ```
/// agent:      version u8 = 3 | secret 24 bytes | agent text
/// controller: agents i32 | beat patience lead abandon i64 | run id text | u8 1 when another run follows
///             | length i32, run file
///             | count i32 (name text, bytes i64, sha-256 text)*
/// agent:      1 u8 when it wants the files
/// ```
///
/// To who does not know the secret the controller says nothing, in a frame of no bytes; to who speaks another version
/// its own, in a frame of one.
final class Handshake {
    private static final int VERSION = 3;
    private static final int HELLO_BYTES_MAX = 1_024;
    private static final int CHUNK_BYTES = 1 << 20;
    /// Names are paths in the run's own folder.
    private static final Pattern SEGMENT = Pattern.compile("[^/\\\\\\p{Cntrl}]{1,255}");

    /// Instead of a welcome.
    private static final byte[] REFUSED = {};

    private Handshake() {}

    /// It makes no sense to try again.
    static final class JoinRefused extends IOException {
        private static final long serialVersionUID = 1;

        JoinRefused(String message) {
            super(message);
        }
    }

    /// What a controller has agents run.
    ///
    /// @param more another run follows: agents come again
    record Offer(FleetOptions options, String runId, boolean more, RunFiles files) {}

    /// What the controller says of a run.
    record Welcome(FleetOptions options, String runId, boolean more, String runFile, List<Announced> files) {
        Welcome {
            files = List.copyOf(files);
        }
    }

    record Announced(String name, long bytes, String sha256) {}

    static void sayHello(Frames frames, JoinToken token, String agent) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeByte(VERSION);
        out.write(token.secret());
        out.writeUTF(agent);
        frames.write(bytes.toByteArray());
        frames.flush();
    }

    /// The agent's name.
    ///
    /// @throws IOException when it does not know the secret
    static String hearHello(Frames frames, JoinToken token) throws IOException {
        var in = new DataInputStream(new ByteArrayInputStream(frames.read(HELLO_BYTES_MAX)));
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            frames.write(new byte[] {VERSION});
            frames.flush();
            throw new IOException("an agent of version " + version + " of the protocol, this is " + VERSION);
        }
        if (!token.isSecret(in.readNBytes(JoinToken.SECRET_BYTES))) {
            frames.write(REFUSED);
            frames.flush();
            throw new IOException("somebody without the token");
        }
        String agent = in.readUTF();
        if (agent.isEmpty() || agent.length() > 200) {
            throw new IOException("an agent's name of " + agent.length() + " characters");
        }
        return agent;
    }

    static void sayWelcome(Frames frames, Offer offer) throws IOException {
        var options = offer.options();
        var files = offer.files();
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.writeInt(options.agents());
        out.writeLong(options.beat().toNanos());
        out.writeLong(options.patience().toNanos());
        out.writeLong(options.lead().toNanos());
        out.writeLong(options.abandon().toNanos());
        out.writeUTF(offer.runId());
        out.writeBoolean(offer.more());
        byte[] text = files.text().getBytes(StandardCharsets.UTF_8);
        out.writeInt(text.length);
        out.write(text);
        out.writeInt(files.files().size());
        for (var file : files.files()) {
            out.writeUTF(file.name());
            out.writeLong(file.bytes());
            out.writeUTF(file.sha256());
        }
        frames.write(bytes.toByteArray());
        frames.flush();
    }

    /// @throws JoinRefused when the controller does not know the secret
    static Welcome hearWelcome(Frames frames) throws IOException {
        byte[] said = frames.read(Frames.FRAME_BYTES_MAX);
        if (said.length == REFUSED.length) {
            throw new JoinRefused("the controller does not know this token's secret");
        }
        if (said.length == 1) {
            throw new JoinRefused(
                    "the controller speaks version " + said[0] + " of the protocol, this agent " + VERSION);
        }
        var in = new DataInputStream(new ByteArrayInputStream(said));
        var options = new FleetOptions(
                in.readInt(),
                Duration.ofNanos(in.readLong()),
                Duration.ofNanos(in.readLong()),
                Duration.ofNanos(in.readLong()),
                Duration.ofNanos(in.readLong()));
        String id = in.readUTF();
        boolean more = in.readBoolean();
        String text = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        int count = in.readInt();
        if (count < 0 || count > RunFiles.FILES_MAX) {
            throw new IOException("a run of " + count + " files");
        }
        var files = new ArrayList<Announced>();
        for (int i = 0; i < count; i++) {
            files.add(new Announced(in.readUTF(), in.readLong(), in.readUTF()));
        }
        return new Welcome(options, id, more, text, files);
    }

    static void sayWanted(Frames frames, boolean files) throws IOException {
        frames.write(new byte[] {(byte) (files ? 1 : 0)});
        frames.flush();
    }

    static boolean hearWanted(Frames frames) throws IOException {
        return frames.read(1)[0] == 1;
    }

    static void sendFiles(Frames frames, RunFiles files) throws IOException {
        for (var file : files.files()) {
            try (InputStream in = Files.newInputStream(file.file())) {
                for (long left = file.bytes(); left > 0; ) {
                    byte[] chunk = in.readNBytes((int) Math.min(left, CHUNK_BYTES));
                    if (chunk.length == 0) {
                        throw new IOException(file.file() + " became shorter");
                    }
                    frames.write(chunk);
                    left -= chunk.length;
                }
            }
        }
        frames.flush();
    }

    private static Path within(Path folder, String name) throws IOException {
        for (String segment : name.split("/", -1)) {
            if (segment.equals(".")
                    || segment.equals("..")
                    || !SEGMENT.matcher(segment).matches()) {
                throw new IOException("a file named " + name);
            }
        }
        return folder.resolve(name);
    }

    /// @throws IOException also when a file is not what was announced
    static void receiveFiles(Frames frames, List<Announced> files, Path folder) throws IOException {
        for (var file : files) {
            Path path = within(folder, file.name());
            Files.createDirectories(Objects.requireNonNull(path.getParent()));
            try (OutputStream out = Files.newOutputStream(path)) {
                for (long left = file.bytes(); left > 0; ) {
                    byte[] chunk = frames.read((int) Math.min(left, CHUNK_BYTES));
                    if (chunk.length == 0) {
                        throw new IOException("an empty piece of " + file.name());
                    }
                    out.write(chunk);
                    left -= chunk.length;
                }
            }
            String sha256 = RunFiles.sha256(path);
            if (!sha256.equals(file.sha256())) {
                throw new IOException(
                        file.name() + " came with SHA-256 " + sha256 + ", announced was " + file.sha256());
            }
        }
    }
}

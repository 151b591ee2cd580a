package io.flywheel.loadtest.bundle;

import io.flywheel.loadtest.api.Feed;
import io.flywheel.loadtest.api.Run;
import io.flywheel.loadtest.api.Settings;
import io.flywheel.loadtest.engine.RunInfo;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// The first message to the process of a bundle: what it is to run.
///
/// @param data series of the run file
record Hello(Path jar, Run run, List<Bundles.Data> data) {
    Hello {
        data = List.copyOf(data);
    }

    Frame frame() {
        return Frame.of(Frame.Kind.HELLO, out -> {
            out.writeByte(Frame.VERSION);
            Frame.writeText(out, jar.toAbsolutePath().toString());
            Frame.writeText(out, run.mode().name());
            Frame.writeText(out, run.target());
            out.writeLong(run.seed());
            Frame.writeText(out, run.id());
            out.writeInt(run.process());
            var settings = run.settings().values();
            out.writeShort(settings.size());
            for (var setting : settings.entrySet()) {
                Frame.writeText(out, setting.getKey());
                Frame.writeText(out, setting.getValue());
            }
            out.writeShort(data.size());
            for (Bundles.Data one : data) {
                Frame.writeText(out, one.name());
                Frame.writeText(out, one.file().toAbsolutePath().toString());
                Frame.writeText(out, one.order().name());
                out.writeLong(one.seed());
            }
        });
    }

    /// @param log gets the lines of the run's log
    static Hello read(Frame frame, Consumer<String> log) throws IOException {
        DataInputStream in = frame.read();
        int version = in.readUnsignedByte();
        if (frame.kind() != Frame.Kind.HELLO || version != Frame.VERSION) {
            throw new IOException("the generator is of another version");
        }
        Path jar = Path.of(in.readUTF());
        var mode = Run.Mode.valueOf(in.readUTF());
        String target = in.readUTF();
        long seed = in.readLong();
        String id = in.readUTF();
        int process = in.readInt();
        Map<String, String> settings = new TreeMap<>();
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            settings.put(in.readUTF(), in.readUTF());
        }
        var data = new ArrayList<Bundles.Data>();
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            data.add(new Bundles.Data(
                    in.readUTF(), Path.of(in.readUTF()), Feed.Order.valueOf(in.readUTF()), in.readLong()));
        }
        return new Hello(jar, new RunInfo(mode, target, seed, id, process, new Settings(settings), log), data);
    }
}

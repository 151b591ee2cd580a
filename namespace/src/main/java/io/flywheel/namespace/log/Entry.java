package io.flywheel.namespace.log;

import io.flywheel.namespace.record.Decoder;
import io.flywheel.namespace.record.MalformedRecord;
import java.util.ArrayList;
import java.util.List;

/// One batch of commands, as every disk that holds the log has it.
///
/// @param version of the frame that it came in, or is to be written in
/// @param life which start of the process wrote it first
/// @param first the position of its first command
/// @param chain the link of the entry before
/// @param link its own: who has the same at the same position has the same log up to there
/// @param payload each command behind its length
/// @param urgent whether it may take the extent that is kept back; not stored
record Entry(int version, long life, long first, int count, int chain, int link, byte[] payload, boolean urgent) {
    /// A new one of this release's version.
    static Entry of(long identity, long life, long first, int chain, List<byte[]> commands, boolean urgent) {
        int bytes = 0;
        for (byte[] command : commands) {
            bytes += varintBytes(command.length) + command.length;
        }
        byte[] payload = new byte[bytes];
        int at = 0;
        for (byte[] command : commands) {
            int rest = command.length;
            while ((rest & ~0x7f) != 0) {
                payload[at++] = (byte) (rest | 0x80);
                rest >>>= 7;
            }
            payload[at++] = (byte) rest;
            System.arraycopy(command, 0, payload, at, command.length);
            at += command.length;
        }
        int link = Frame.link(identity, first, commands.size(), payload, chain, life);
        return new Entry(Frame.VERSION, life, first, commands.size(), chain, link, payload, urgent);
    }

    private static int varintBytes(int value) {
        return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
    }

    /// The position after its last command.
    long end() {
        return first + count;
    }

    List<byte[]> commands() throws MalformedRecord {
        Decoder decoder = new Decoder(payload);
        List<byte[]> commands = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            commands.add(decoder.raw(decoder.count(decoder.remaining())));
        }
        decoder.end();
        return commands;
    }
}

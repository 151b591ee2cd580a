package io.flywheel.loadtest.bundle;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A message between the generator and the process of a bundle, over the pipes of the latter. Numbers are big-endian;
/// text is UTF-8 after its length in two bytes (as {@link DataOutputStream#writeUTF}), cut where it is too long.
///
/// ```
/// length i32 of the rest | kind u8 | fields as the kind says
///
/// to the bundle
/// HELLO     version u8 | jar mode target text | seed i64 | id text | process i32
///           | count u16 (name value text)* settings | count u16 (name file order text, seed i64)* data
/// LOOK      jar text; instead of HELLO: loads it, answers READY with nothing, or REFUSED
/// PING      number i32
/// STEP      step u8 | once-per-run u8
/// START     id i64 | transaction i32 | number i64 | occurrence i64 | intended i64
/// CANCEL    id i64
///
/// to the generator
/// READY     count u16 (name text, timeout i64)* transactions | count u16 (name text)* sources
/// REFUSED   count u16 (problem text)*
/// PONG      number i32 | now i64
/// LOG       line text
/// STEP_DONE count u16 (problem text)* | cleaned i64 | not cleaned i64
/// REPORT    id i64 | began i64 | ended i64 | outcome u8 | kind message text | sent received i64
///           | count u16 (request text)* | count u16 (check text, passed u8)*
///           | count u16 (part text, time i64, failed u8, kind message text)* | refusals pause longest-pause i64
/// RELEASED  id i64
/// ALIVE
/// GOODBYE   why text
/// ```
///
/// Moments are of the sender's monotonic clock, times in nanoseconds.
record Frame(Kind kind, byte[] fields) {
    /// Something that has a number in messages.
    interface Numbered {
        int number();
    }

    enum Kind implements Numbered {
        HELLO(1),
        PING(2),
        STEP(3),
        START(4),
        CANCEL(5),
        READY(6),
        REFUSED(7),
        PONG(8),
        LOG(9),
        STEP_DONE(10),
        REPORT(11),
        RELEASED(12),
        ALIVE(13),
        GOODBYE(14),
        LOOK(15);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    /// What a step does.
    enum Step implements Numbered {
        SET_UP(1),
        OPEN(2),
        CLEAN_UP(3),
        TEAR_DOWN(4);

        private final int number;

        Step(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }

        static Step of(int number) throws IOException {
            return find(values(), number);
        }
    }

    /// How far an execution has come.
    enum Outcome implements Numbered {
        GOES_ON(1),
        SUCCEEDED(2),
        FAILED(3),
        STARVED(4);

        private final int number;

        Outcome(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }

        static Outcome of(int number) throws IOException {
            return find(values(), number);
        }
    }

    private static <E extends Numbered> E find(E[] all, int number) throws IOException {
        for (E one : all) {
            if (one.number() == number) {
                return one;
            }
        }
        throw new IOException("a message with the unknown number " + number);
    }

    /// Of both sides; they are of the same build, which this only checks.
    static final int VERSION = 1;

    private static final int BYTES_MAX = 64 << 20;
    private static final int TEXT_CHARACTERS_MAX = 20_000;

    /// Writes fields.
    interface Fields {
        void write(DataOutputStream out) throws IOException;
    }

    static Frame of(Kind kind, Fields fields) {
        var bytes = new ByteArrayOutputStream(64);
        try (var out = new DataOutputStream(bytes)) {
            fields.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Frame(kind, bytes.toByteArray());
    }

    DataInputStream read() {
        return new DataInputStream(new ByteArrayInputStream(fields));
    }

    void write(DataOutputStream out) throws IOException {
        out.writeInt(fields.length + 1);
        out.writeByte(kind.number());
        out.write(fields);
    }

    /// Empty at the end of the stream, also where that is in the middle of a message: the other side was killed.
    static Optional<Frame> read(DataInputStream in) throws IOException {
        try {
            int length = in.readInt();
            if (length < 1 || length > BYTES_MAX) {
                throw new IOException("a message of " + length + " bytes");
            }
            Kind kind = find(Kind.values(), in.readUnsignedByte());
            byte[] fields = in.readNBytes(length - 1);
            return fields.length < length - 1 ? Optional.empty() : Optional.of(new Frame(kind, fields));
        } catch (EOFException e) {
            return Optional.empty();
        }
    }

    static void writeText(DataOutputStream out, String text) throws IOException {
        out.writeUTF(text.length() <= TEXT_CHARACTERS_MAX ? text : text.substring(0, TEXT_CHARACTERS_MAX));
    }

    static void writeTexts(DataOutputStream out, List<String> texts) throws IOException {
        var some = texts.subList(0, Math.min(texts.size(), 0xffff));
        out.writeShort(some.size());
        for (String text : some) {
            writeText(out, text);
        }
    }

    static List<String> readTexts(DataInputStream in) throws IOException {
        var texts = new ArrayList<String>();
        for (int i = in.readUnsignedShort(); i > 0; i--) {
            texts.add(in.readUTF());
        }
        return texts;
    }
}

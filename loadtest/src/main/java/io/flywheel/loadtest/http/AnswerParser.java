package io.flywheel.loadtest.http;

import io.flywheel.loadtest.http.HttpFailure.Reason;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Reads answers from bytes as they come, strictly where two readings would differ in where an answer ends.
///
/// @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</a>
final class AnswerParser {
    static final int HEAD_BYTES_MAX = 64 * 1024;
    static final int STEP_BYTES = 4 * 1024;
    static final int FIELDS_MAX = 256;
    static final int CHUNK_LINE_BYTES_MAX = 1024;
    static final int INTERIM_ANSWERS_MAX = 16;

    /// Hears what was read.
    interface Events {
        /// An interim answer 100: the payload is wanted.
        void onContinue();

        void onHead(AnswerHead head);

        void onData(ByteBuffer bytes);

        void onEnd();
    }

    private enum State {
        /// No answer is expected.
        IDLE,
        HEAD,
        LENGTH,
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        TRAILER,
        UNTIL_CLOSE
    }

    private final Events events;
    private final AnswerHead head = new AnswerHead();
    private State state = State.IDLE;
    private byte[] line = new byte[1024];
    private int lineLength;
    private boolean forHead;
    private boolean keepAlive;
    private boolean chunked;
    private long contentLength;
    private long left;
    private int interim;
    private long bodyBytes;
    private boolean sizeEnded;
    private int sizeDigits;
    private int trailerBytes;
    private boolean lineHasText;

    AnswerParser(Events events) {
        this.events = events;
    }

    /// The next answer is one to a request.
    ///
    /// @param headOnly it is one to HEAD
    void expect(boolean headOnly) {
        state = State.HEAD;
        forHead = headOnly;
        lineLength = 0;
        interim = 0;
        bodyBytes = 0;
    }

    /// Whether the connection may be used after the last answer.
    boolean keepAlive() {
        return keepAlive;
    }

    /// How much is kept for heads.
    int keptBytes() {
        return line.length;
    }

    /// Whether nothing of the expected answer has come.
    boolean isUntouched() {
        return state == State.HEAD && lineLength == 0 && interim == 0;
    }

    /// How many bytes of the body, or of its current chunk, are certain to come; 0 where that is not known.
    long leftBytes() {
        return state == State.LENGTH || state == State.CHUNK_DATA ? left : 0;
    }

    /// Reads all there is, or up to the answer's end.
    ///
    /// @throws HttpFailure PROTOCOL
    void read(ByteBuf in) {
        while (in.isReadable() && state != State.IDLE) {
            switch (state) {
                case HEAD -> readHead(in);
                case LENGTH -> readData(in, State.IDLE);
                case CHUNK_DATA -> readData(in, State.CHUNK_END);
                case CHUNK_SIZE, CHUNK_END, TRAILER -> readLine(in);
                case UNTIL_CLOSE -> {
                    left = Long.MAX_VALUE;
                    readData(in, State.UNTIL_CLOSE);
                }
                case IDLE -> {}
            }
        }
    }

    /// The connection has ended in order.
    ///
    /// @throws HttpFailure CLOSED where the answer has not
    void closed() {
        switch (state) {
            case UNTIL_CLOSE -> end();
            case IDLE -> {}
            case HEAD ->
                throw new HttpFailure(
                        Reason.CLOSED,
                        lineLength == 0 ? "closed before an answer" : "closed in the head of the answer");
            case LENGTH ->
                throw new HttpFailure(
                        Reason.CLOSED, "closed after " + bodyBytes + " of " + contentLength + " bytes of the body");
            case CHUNK_SIZE, CHUNK_DATA, CHUNK_END, TRAILER ->
                throw new HttpFailure(Reason.CLOSED, "closed after " + bodyBytes + " bytes, before the last chunk");
        }
    }

    private void readHead(ByteBuf in) {
        int from = lineLength;
        // Of a body that comes with its head little is taken: what is kept here is kept for each connection.
        int count = Math.min(Math.min(in.readableBytes(), STEP_BYTES), HEAD_BYTES_MAX - from);
        if (count == 0) {
            throw protocol("a head of more than " + HEAD_BYTES_MAX + " bytes");
        }
        if (line.length < from + count) {
            line = Arrays.copyOf(line, Math.min(HEAD_BYTES_MAX, Math.max(2 * line.length, from + count)));
        }
        in.getBytes(in.readerIndex(), line, from, count);
        int end = headEnd(from, from + count);
        if (end < 0) {
            in.skipBytes(count);
            lineLength = from + count;
            return;
        }
        in.skipBytes(end - from);
        lineLength = 0;
        int status = parseHead(end);
        if (status >= 200) {
            begin(status);
        } else if (status == 101 || ++interim > INTERIM_ANSWERS_MAX) {
            throw protocol(status == 101 ? "101 that nobody asked for" : "too many interim answers");
        } else if (status == 100) {
            events.onContinue();
        }
    }

    /// Where the empty line ends, or -1.
    private int headEnd(int from, int to) {
        byte[] bytes = line;
        for (int i = Math.max(1, from); i < to; i++) {
            if (bytes[i] == '\n'
                    && (bytes[i - 1] == '\n' || (i >= 2 && bytes[i - 1] == '\r' && bytes[i - 2] == '\n'))) {
                return i + 1;
            }
        }
        return -1;
    }

    private int parseHead(int end) {
        int lineEnd = lineEnd(0, end);
        int status = status(lineEnd);
        boolean http10 = line[7] == '0';
        head.begin(line, status);
        keepAlive = !http10;
        chunked = false;
        contentLength = -1;
        int fields = 0;
        int at = next(lineEnd);
        while (at < end) {
            lineEnd = lineEnd(at, end);
            if (lineEnd > at) {
                if (++fields > FIELDS_MAX) {
                    throw protocol("more than " + FIELDS_MAX + " fields");
                }
                parseField(at, lineEnd, http10);
            }
            at = next(lineEnd);
        }
        if (chunked && contentLength >= 0) {
            throw protocol("both a Content-Length and chunks");
        }
        return status;
    }

    /// The end of the line without its CR.
    private int lineEnd(int from, int end) {
        int i = from;
        while (i < end && line[i] != '\n') {
            i++;
        }
        return i > from && line[i - 1] == '\r' ? i - 1 : i;
    }

    private int next(int lineEnd) {
        return line[lineEnd] == '\r' ? lineEnd + 2 : lineEnd + 1;
    }

    private int status(int end) {
        boolean good = end >= 12
                && AnswerHead.equalsLowerCase(line, 0, 7, "http/1.")
                && (line[7] == '0' || line[7] == '1')
                && line[8] == ' '
                && (end == 12 || line[12] == ' ');
        int status = 0;
        for (int i = 9; good && i < 12; i++) {
            int digit = line[i] - '0';
            good = digit >= 0 && digit <= 9;
            status = 10 * status + digit;
        }
        if (!good || status < 100 || status > 599) {
            throw protocol("not a status line: " + quoted(0, end));
        }
        return status;
    }

    private void parseField(int from, int end, boolean http10) {
        int colon = from;
        while (colon < end && line[colon] > ' ' && line[colon] != ':') {
            colon++;
        }
        if (colon == from || colon == end || line[colon] != ':') {
            throw protocol("not a field: " + quoted(from, end));
        }
        int valueFrom = colon + 1;
        while (valueFrom < end && (line[valueFrom] == ' ' || line[valueFrom] == '\t')) {
            valueFrom++;
        }
        int valueTo = end;
        while (valueTo > valueFrom && (line[valueTo - 1] == ' ' || line[valueTo - 1] == '\t')) {
            valueTo--;
        }
        head.add(from, colon, valueFrom, valueTo);
        switch (colon - from) {
            case 10 -> {
                if (AnswerHead.equalsLowerCase(line, from, colon, "connection")) {
                    keepAlive = http10
                            ? AnswerHead.equalsLowerCase(line, valueFrom, valueTo, "keep-alive")
                            : keepAlive && !AnswerHead.equalsLowerCase(line, valueFrom, valueTo, "close");
                }
            }
            case 14 -> {
                if (AnswerHead.equalsLowerCase(line, from, colon, "content-length")) {
                    takeLength(valueFrom, valueTo);
                }
            }
            case 17 -> {
                if (AnswerHead.equalsLowerCase(line, from, colon, "transfer-encoding")) {
                    if (chunked || !AnswerHead.equalsLowerCase(line, valueFrom, valueTo, "chunked")) {
                        throw protocol("an unknown transfer encoding: " + quoted(valueFrom, valueTo));
                    }
                    chunked = true;
                }
            }
            default -> {}
        }
    }

    private void takeLength(int from, int to) {
        long value = 0;
        boolean good = to > from && to - from <= 18;
        for (int i = from; good && i < to; i++) {
            int digit = line[i] - '0';
            good = digit >= 0 && digit <= 9;
            value = 10 * value + digit;
        }
        if (!good || (contentLength >= 0 && contentLength != value)) {
            throw protocol("not a Content-Length, or two: " + quoted(from, to));
        }
        contentLength = value;
    }

    private void begin(int status) {
        boolean empty = forHead || status == 204 || status == 304 || (!chunked && contentLength == 0);
        state = empty
                ? State.LENGTH
                : chunked ? State.CHUNK_SIZE : contentLength > 0 ? State.LENGTH : State.UNTIL_CLOSE;
        left = empty || chunked ? 0 : contentLength;
        sizeEnded = false;
        sizeDigits = 0;
        if (state == State.UNTIL_CLOSE) {
            keepAlive = false;
        }
        events.onHead(head);
        if (empty) {
            end();
        }
    }

    private void readData(ByteBuf in, State after) {
        int count = (int) Math.min(in.readableBytes(), left);
        ByteBuffer bytes = in.internalNioBuffer(in.readerIndex(), count);
        bodyBytes += count;
        left -= count;
        in.skipBytes(count);
        events.onData(bytes);
        if (left == 0) {
            if (after == State.IDLE) {
                end();
            } else {
                state = after;
            }
        }
    }

    private void end() {
        state = State.IDLE;
        events.onEnd();
    }

    /// A line between chunks; lines are short, so byte by byte. The head's bytes stay: its fields may be asked for.
    private void readLine(ByteBuf in) {
        while (in.isReadable()) {
            byte b = in.readByte();
            if (b == '\n') {
                chunkLine();
                lineLength = 0;
                left = state == State.CHUNK_DATA ? left : 0;
                return;
            }
            chunkByte(b);
        }
    }

    private void chunkByte(byte b) {
        if (++lineLength > CHUNK_LINE_BYTES_MAX) {
            throw protocol("a chunk's line is too long");
        }
        if (state == State.CHUNK_SIZE && !sizeEnded) {
            int digit = Character.digit(b, 16);
            if (digit >= 0 && lineLength <= 15) {
                left = 16 * left + digit;
                sizeDigits++;
            } else if (sizeDigits > 0 && (b == ';' || b == '\r' || b == ' ' || b == '\t')) {
                sizeEnded = true;
            } else {
                throw protocol("not the size of a chunk");
            }
        } else if (state == State.CHUNK_END && (b != '\r' || lineLength > 1)) {
            throw protocol("a chunk is longer than it says");
        } else if (state == State.TRAILER && b != '\r') {
            trailerBytes++;
            if (trailerBytes > HEAD_BYTES_MAX) {
                throw protocol("a trailer of more than " + HEAD_BYTES_MAX + " bytes");
            }
            lineHasText = true;
        }
    }

    private void chunkLine() {
        switch (state) {
            case CHUNK_SIZE -> {
                if (sizeDigits == 0) {
                    throw protocol("not the size of a chunk");
                }
                sizeEnded = false;
                sizeDigits = 0;
                trailerBytes = 0;
                lineHasText = false;
                state = left == 0 ? State.TRAILER : State.CHUNK_DATA;
            }
            case CHUNK_END -> state = State.CHUNK_SIZE;
            case TRAILER -> {
                if (!lineHasText) {
                    end();
                }
                lineHasText = false;
            }
            case IDLE, HEAD, LENGTH, CHUNK_DATA, UNTIL_CLOSE -> throw new IllegalStateException(state.name());
        }
    }

    private String quoted(int from, int to) {
        var text = new StringBuilder();
        for (int i = from; i < Math.min(to, from + 80); i++) {
            text.append(line[i] >= ' ' && line[i] < 0x7F ? (char) line[i] : '?');
        }
        return "'" + text + "'";
    }

    private static HttpFailure protocol(String message) {
        return new HttpFailure(Reason.PROTOCOL, message);
    }
}

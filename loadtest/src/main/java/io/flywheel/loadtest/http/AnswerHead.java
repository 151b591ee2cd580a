package io.flywheel.loadtest.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// An answer's status and fields. Valid until the answer's end only: a connection uses one for all its answers.
public final class AnswerHead {
    private int status;
    private byte[] bytes = new byte[0];
    private int[] offsets = new int[64];
    private int fields;

    AnswerHead() {}

    void begin(byte[] head, int code) {
        bytes = head;
        status = code;
        fields = 0;
    }

    void add(int nameFrom, int nameTo, int valueFrom, int valueTo) {
        int at = fields * 4;
        if (at == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * at);
        }
        offsets[at] = nameFrom;
        offsets[at + 1] = nameTo;
        offsets[at + 2] = valueFrom;
        offsets[at + 3] = valueTo;
        fields++;
    }

    public int status() {
        return status;
    }

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /// The first field of a name.
    ///
    /// @param name in lower case
    public Optional<String> field(String name) {
        for (int i = 0; i < fields; i++) {
            if (named(i, name)) {
                int from = offsets[4 * i + 2];
                return Optional.of(new String(bytes, from, offsets[4 * i + 3] - from, StandardCharsets.ISO_8859_1));
            }
        }
        return Optional.empty();
    }

    private boolean named(int field, String name) {
        return equalsLowerCase(bytes, offsets[4 * field], offsets[4 * field + 1], name);
    }

    static boolean equalsLowerCase(byte[] bytes, int from, int to, String lowerCase) {
        if (to - from != lowerCase.length()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            int c = bytes[i];
            if (c >= 'A' && c <= 'Z') {
                c += 'a' - 'A';
            }
            if (c != lowerCase.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }
}

package io.flywheel.erasure;

import static io.flywheel.base.Check.check;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/// How a block is made redundant: which shards there are, and which of them suffice. Chosen per block;
/// its identity is stored with the data.
///
/// ```
/// byte   0          1                         2                3
///      ┌──────────┬─────────────────────────┬────────────────┬────────────────┐
///      │ format 1 │ code: 1 copies, 2 rs    │ data shards k  │ parity shards m│
///      └──────────┴─────────────────────────┴────────────────┴────────────────┘
/// ```
///
/// Code 1 is `copies(m+1)`, where k is 1. Code 2 is `rs(k,m)` by the matrix of {@link Generator}:
/// another matrix or field would be another code.
public sealed interface Scheme {
    /// Shards of one block, data and parity together.
    int SHARDS_MAX = 32;

    int IDENTITY_BYTES = 4;

    /// Systematic Reed–Solomon: k data shards and m parity shards, any k of which suffice.
    record Rs(int k, int m) implements Scheme {
        public Rs {
            check(k >= 1, "rs(k,m) has at least one data shard, not " + k);
            check(m >= 1, "rs(k,m) has at least one parity shard, not " + m + "; no redundancy is copies(1)");
            check(k <= SHARDS_MAX && m <= SHARDS_MAX && k + m <= SHARDS_MAX, "rs(k,m) has at most 32 shards in all");
        }

        @Override
        public int dataShards() {
            return k;
        }

        @Override
        public int parityShards() {
            return m;
        }

        @Override
        public String toString() {
            return "rs(" + k + "," + m + ")";
        }
    }

    /// {@code n} whole copies.
    record Copies(int n) implements Scheme {
        public Copies {
            check(n >= 1 && n <= SHARDS_MAX, "copies(n) has 1 to 32 copies, not " + n);
        }

        @Override
        public int dataShards() {
            return 1;
        }

        @Override
        public int parityShards() {
            return n - 1;
        }

        @Override
        public String toString() {
            return "copies(" + n + ")";
        }
    }

    /// k: how many shards the bytes are cut into, and how many of all suffice to have them again.
    int dataShards();

    /// m: how many shards may be lost.
    int parityShards();

    default int shards() {
        return dataShards() + parityShards();
    }

    /// Stored bytes for each byte of data.
    default double overhead() {
        return (double) shards() / dataShards();
    }

    /// Reads what `toString` writes, with blanks allowed: `rs(8,4)`, `copies(3)`.
    ///
    /// @throws IllegalArgumentException that says what is wrong
    static Scheme parse(String text) {
        var matcher = Text.FORM.matcher(text);
        check(matcher.matches(), "a scheme is rs(k,m) or copies(n), for example rs(8,4), not '" + text + "'");
        return matcher.group("n") != null
                ? new Copies(number(matcher.group("n")))
                : new Rs(number(matcher.group("k")), number(matcher.group("m")));
    }

    private static int number(String digits) {
        return Integer.parseInt(digits);
    }

    /// How schemes are written.
    final class Text {
        private static final Pattern FORM = Pattern.compile(
                "\\s*(?:rs\\s*\\(\\s*(?<k>\\d{1,4})\\s*,\\s*(?<m>\\d{1,4})\\s*\\)|copies\\s*\\(\\s*(?<n>\\d{1,4})\\s*\\))\\s*");

        private Text() {}
    }

    /// Appends the identity, {@link #IDENTITY_BYTES} bytes.
    default void writeIdentity(ByteBuffer destination) {
        byte code = switch (this) {
            case Copies _ -> 1;
            case Rs _ -> 2;
        };
        destination.put((byte) 1).put(code).put((byte) dataShards()).put((byte) parityShards());
    }

    /// What the bytes of an identity came to.
    sealed interface Identity {
        record Known(Scheme scheme) implements Identity {}

        /// @param why for the operator; the data belongs to another release or is damaged
        record Unknown(String why) implements Identity {}
    }

    /// Takes an identity, {@link #IDENTITY_BYTES} bytes; fewer are unknown and nothing is taken.
    static Identity readIdentity(ByteBuffer source) {
        if (source.remaining() < IDENTITY_BYTES) {
            return new Identity.Unknown("a scheme's identity has 4 bytes, not " + source.remaining());
        }
        int format = source.get() & 0xFF;
        int code = source.get() & 0xFF;
        int k = source.get() & 0xFF;
        int m = source.get() & 0xFF;
        boolean plausible = format == 1
                && k + m <= SHARDS_MAX
                && switch (code) {
                    case 1 -> k == 1;
                    case 2 -> k >= 1 && m >= 1;
                    default -> false;
                };
        if (!plausible) {
            return new Identity.Unknown(
                    "no scheme is known by format " + format + ", code " + code + ", k " + k + ", m " + m);
        }
        return new Identity.Known(code == 1 ? new Copies(m + 1) : new Rs(k, m));
    }
}

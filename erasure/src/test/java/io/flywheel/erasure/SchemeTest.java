package io.flywheel.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.erasure.Scheme.Copies;
import io.flywheel.erasure.Scheme.Identity;
import io.flywheel.erasure.Scheme.Rs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SchemeTest {
    @Test
    void shouldReadWhatItWrites() {
        for (var scheme : every()) {
            assertThat(Scheme.parse(scheme.toString())).isEqualTo(scheme);
            var bytes = ByteBuffer.allocate(Scheme.IDENTITY_BYTES);
            scheme.writeIdentity(bytes);
            assertThat(Scheme.readIdentity(bytes.flip())).isEqualTo(new Identity.Known(scheme));
            assertThat(bytes.hasRemaining()).isFalse();
        }
        assertThat(Scheme.parse(" rs( 8, 4 ) ")).isEqualTo(new Rs(8, 4));
    }

    @Test
    void shouldKeepTheBytesOfIdentities() {
        assertThat(identity(new Rs(8, 4))).containsExactly(1, 2, 8, 4);
        assertThat(identity(new Copies(3))).containsExactly(1, 1, 1, 2);
    }

    @Test
    void shouldSayHowManyShardsThereAreAndWhatTheyCost() {
        assertThat(new Rs(8, 4).shards()).isEqualTo(12);
        assertThat(new Rs(8, 4).overhead()).isEqualTo(1.5);
        assertThat(new Copies(3).dataShards()).isOne();
        assertThat(new Copies(3).parityShards()).isEqualTo(2);
        assertThat(new Copies(3).overhead()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        rs(0,4)     | at least one data shard, not 0
        rs(4,0)     | at least one parity shard, not 0; no redundancy is copies(1)
        rs(16,17)   | at most 32 shards
        rs(9999,9999) | at most 32 shards
        copies(0)   | 1 to 32 copies, not 0
        copies(33)  | 1 to 32 copies, not 33
        rs(8)       | for example rs(8,4), not 'rs(8)'
        rs(-8,4)    | a scheme is rs(k,m) or copies(n)
        RS(8,4)     | a scheme is
        raid5       | a scheme is
        rs(8,4)x    | a scheme is
        rs(99999999999,1) | a scheme is
        """)
    void shouldSayWhatIsWrongWithAScheme(String text, String complaint) {
        assertThatThrownBy(() -> Scheme.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void shouldRefuseEveryIdentityThatNoSchemeWrites() {
        var known = new ArrayList<List<Byte>>();
        every().forEach(scheme -> known.add(boxed(identity(scheme))));
        int accepted = 0;
        for (int format : new int[] {0, 1, 2, 255}) {
            for (int code = 0; code < 256; code++) {
                for (int k = 0; k < 40; k++) {
                    for (int m = 0; m < 40; m++) {
                        byte[] bytes = {(byte) format, (byte) code, (byte) k, (byte) m};
                        if (Scheme.readIdentity(ByteBuffer.wrap(bytes)) instanceof Identity.Known) {
                            assertThat(known).contains(boxed(bytes));
                            accepted++;
                        }
                    }
                }
            }
        }
        assertThat(accepted).isEqualTo(known.size());
        assertThat(Scheme.readIdentity(ByteBuffer.wrap(new byte[] {1, 2, (byte) 200, 4})))
                .isInstanceOf(Identity.Unknown.class);
        var short_ = ByteBuffer.wrap(new byte[] {1, 2, 8});
        assertThat(Scheme.readIdentity(short_)).isInstanceOf(Identity.Unknown.class);
        assertThat(short_.position()).isZero();
    }

    private static byte[] identity(Scheme scheme) {
        var bytes = ByteBuffer.allocate(Scheme.IDENTITY_BYTES);
        scheme.writeIdentity(bytes);
        return bytes.array();
    }

    private static List<Byte> boxed(byte[] bytes) {
        var list = new ArrayList<Byte>();
        for (byte one : bytes) {
            list.add(one);
        }
        return list;
    }

    private static List<Scheme> every() {
        var schemes = new ArrayList<Scheme>();
        for (int k = 1; k < Scheme.SHARDS_MAX; k++) {
            for (int m = 1; k + m <= Scheme.SHARDS_MAX; m++) {
                schemes.add(new Rs(k, m));
            }
        }
        for (int n = 1; n <= Scheme.SHARDS_MAX; n++) {
            schemes.add(new Copies(n));
        }
        return schemes;
    }
}

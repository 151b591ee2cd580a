package io.flywheel.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.crt.checksums.CRC64NVME;

/// CRC-64/NVME: by the carry-less multiplication of aws-crt where its native library loads (tens of GB/s),
/// otherwise by tables (a tenth of that). For one task at a time.
/// @see <a href="https://nvmexpress.org/specifications/">NVM Command Set specification, section 5.2.1.3.4</a>
public final class Crc64Nvme implements Checksum {
    /// The polynomial 0xAD93D23594C93659, bit-reflected.
    static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;

    private final @Nullable CRC64NVME accelerated;
    private long tableState = -1L;
    private byte[] scratch = {};

    public Crc64Nvme() {
        this(Accelerated.AVAILABLE);
    }

    Crc64Nvme(boolean useNativeLibrary) {
        accelerated = useNativeLibrary ? new CRC64NVME() : null;
    }

    /// Whether the native library does the work.
    public static boolean isAccelerated() {
        return Accelerated.AVAILABLE;
    }

    /// The CRC of A followed by B, from the CRC of each and the length of B in bytes.
    public static long combine(long crcA, long crcB, long lengthB) {
        return CrcComposition.of(ChecksumAlgorithm.CRC64NVME).combine(crcA, crcB, lengthB);
    }

    @Override
    public void update(int oneByte) {
        update(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void update(byte[] bytes, int from, int length) {
        if (accelerated != null) {
            accelerated.update(bytes, from, length);
        } else {
            tableState = Tables.update(tableState, bytes, from, length);
        }
    }

    @Override
    public void update(ByteBuffer bytes) {
        if (bytes.hasArray()) {
            update(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            bytes.position(bytes.limit());
            return;
        }
        // The native library takes arrays only; through a piece that stays in the first-level cache the copy is cheap.
        if (scratch.length < Math.min(Accelerated.SCRATCH_BYTES, bytes.remaining())) {
            scratch = new byte[Math.min(Accelerated.SCRATCH_BYTES, bytes.remaining())];
        }
        while (bytes.hasRemaining()) {
            int part = Math.min(scratch.length, bytes.remaining());
            bytes.get(scratch, 0, part);
            update(scratch, 0, part);
        }
    }

    @Override
    public long getValue() {
        return accelerated != null ? accelerated.getValue() : ~tableState;
    }

    @Override
    public void reset() {
        if (accelerated != null) {
            accelerated.reset();
        } else {
            tableState = -1L;
        }
    }

    private static final class Accelerated {
        static final int SCRATCH_BYTES = 16 << 10;
        static final boolean AVAILABLE = loads();

        private static boolean loads() {
            try {
                var crc = new CRC64NVME();
                crc.update(new byte[] {'1', '2', '3', '4', '5', '6', '7', '8', '9'});
                return crc.getValue() == 0xAE8B14860A799888L;
            } catch (RuntimeException | LinkageError e) {
                System.getLogger(Crc64Nvme.class.getName())
                        .log(System.Logger.Level.WARNING, "CRC64NVME is computed by tables: " + e);
                return false;
            }
        }
    }

    /// Slicing by 8: eight look-ups for eight bytes.
    private static final class Tables {
        private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(
                        long[].class, ByteOrder.LITTLE_ENDIAN)
                .withInvokeExactBehavior();
        private static final long[][] TABLE = table();

        private static long[][] table() {
            long[][] table = new long[8][256];
            for (int n = 0; n < 256; n++) {
                long crc = n;
                for (int bit = 0; bit < 8; bit++) {
                    crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
                }
                table[0][n] = crc;
            }
            for (int slice = 1; slice < 8; slice++) {
                for (int n = 0; n < 256; n++) {
                    long before = table[slice - 1][n];
                    table[slice][n] = (before >>> 8) ^ table[0][(int) before & 0xFF];
                }
            }
            return table;
        }

        static long update(long state, byte[] bytes, int from, int length) {
            long crc = state;
            int at = from;
            int end = from + length;
            for (; end - at >= Long.BYTES; at += Long.BYTES) {
                crc ^= (long) LONGS.get(bytes, at);
                crc = TABLE[7][(int) crc & 0xFF]
                        ^ TABLE[6][(int) (crc >>> 8) & 0xFF]
                        ^ TABLE[5][(int) (crc >>> 16) & 0xFF]
                        ^ TABLE[4][(int) (crc >>> 24) & 0xFF]
                        ^ TABLE[3][(int) (crc >>> 32) & 0xFF]
                        ^ TABLE[2][(int) (crc >>> 40) & 0xFF]
                        ^ TABLE[1][(int) (crc >>> 48) & 0xFF]
                        ^ TABLE[0][(int) (crc >>> 56) & 0xFF];
            }
            for (; at < end; at++) {
                crc = (crc >>> 8) ^ TABLE[0][(int) (crc ^ bytes[at]) & 0xFF];
            }
            return crc;
        }
    }
}

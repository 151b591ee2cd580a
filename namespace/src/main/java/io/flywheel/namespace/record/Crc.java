package io.flywheel.namespace.record;

import java.util.zip.CRC32C;

/// The end of a record that stands alone: a CRC32C of all before it, fixed32.
final class Crc {
    private static final int BYTES = 4;

    private Crc() {}

    /// The record with its CRC.
    static byte[] sealed(Encoder out) {
        return out.fixed32(of(out.toArray(), out.length())).toArray();
    }

    /// The fields of a record whose CRC holds.
    static Decoder verified(byte[] bytes) throws MalformedRecord {
        int length = bytes.length - BYTES;
        if (length < 0 || new Decoder(bytes, length, bytes.length).fixed32() != of(bytes, length)) {
            throw new MalformedRecord("the checksum does not hold");
        }
        return new Decoder(bytes, 0, length);
    }

    static int of(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}

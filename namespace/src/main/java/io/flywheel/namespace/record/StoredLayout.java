package io.flywheel.namespace.record;

import io.flywheel.namespace.PartLayout;

/// Where the parts of a completed upload lie.
///
/// ```
/// version u8 = 1 | count varint | each: number's distance from the one before varint, length varint
/// ```
public final class StoredLayout {
    private static final int FORMAT = 1;
    private static final int PARTS_MAX = 10_000;

    private StoredLayout() {}

    public static byte[] encode(PartLayout layout) {
        Encoder out = new Encoder(8 * layout.count() + 8).u8(FORMAT).varint(layout.count());
        for (int i = 0; i < layout.count(); i++) {
            out.varint(layout.numbers()[i] - (i == 0 ? 0 : layout.numbers()[i - 1]));
            out.varint(layout.ends()[i] - layout.startOf(i));
        }
        return out.toArray();
    }

    public static PartLayout decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        int count = in.count(Math.min(PARTS_MAX, in.remaining()));
        int[] numbers = new int[count];
        long[] ends = new long[count];
        int number = 0;
        long end = 0;
        for (int i = 0; i < count; i++) {
            int step = in.count(PARTS_MAX);
            number += step;
            end += in.size();
            if (step == 0 || number > PARTS_MAX || end < 0) {
                throw new MalformedRecord("a layout out of bounds");
            }
            numbers[i] = number;
            ends[i] = end;
        }
        in.end();
        return new PartLayout(numbers, ends);
    }
}

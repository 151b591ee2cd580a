package io.flywheel.erasure;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

/// Eight bytes at a time.
final class ScalarFold implements Fold {
    @Override
    public void fold(long address, int rows, long[] state) {
        long at = address;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < state.length; i++) {
                state[i] = Fold.timesX(state[i])
                        ^ Memory.ALL.get(JAVA_LONG_UNALIGNED, (at + 8L * i) & Memory.ADDRESS_MASK);
            }
            at += Fingerprint.ROW_BYTES;
        }
    }
}

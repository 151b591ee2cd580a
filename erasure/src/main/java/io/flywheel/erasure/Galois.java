package io.flywheel.erasure;

import static io.flywheel.base.Check.check;

/// GF(2^8): bytes as polynomials over the bits, modulo x^8 + x^4 + x^3 + x^2 + 1 (0x11d), the field of
/// ISA-L and of Plank's tutorial. Addition is exclusive-or. x (the byte 2) generates all 255 elements
/// other than zero.
///
/// Multiplication is by shifting and adding, without tables: slow, and easy to be sure of.
final class Galois {
    static final int POLYNOMIAL = 0x11D;

    private Galois() {}

    static int multiply(int a, int b) {
        int product = 0;
        int shifted = a;
        for (int left = b; left != 0; left >>>= 1) {
            if ((left & 1) != 0) {
                product ^= shifted;
            }
            shifted = timesX(shifted);
        }
        return product;
    }

    static int timesX(int a) {
        int shifted = a << 1;
        return shifted > 0xFF ? shifted ^ POLYNOMIAL : shifted;
    }

    /// {@code factor} times each byte. Multiplication is linear, so the products with single bits make
    /// up the rest.
    static byte[] products(int factor) {
        var products = new byte[256];
        int shifted = factor;
        for (int bit = 1; bit < 256; bit <<= 1) {
            for (int lower = 0; lower < bit; lower++) {
                products[bit | lower] = (byte) (shifted ^ products[lower]);
            }
            shifted = timesX(shifted);
        }
        return products;
    }

    /// 1 / {@code a} = a^254, since a^255 = 1 for every {@code a} but zero.
    static int inverse(int a) {
        check(a > 0 && a <= 0xFF, "zero has no inverse");
        int power = 1;
        for (int i = 0; i < 254; i++) {
            power = multiply(power, a);
        }
        return power;
    }
}

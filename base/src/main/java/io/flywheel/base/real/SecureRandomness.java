package io.flywheel.base.real;

import static io.flywheel.base.Check.check;

import io.flywheel.base.Random;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Cryptographically strong randomness at the price of an AES block: stripes of AES-CTR key stream, each seeded by
/// {@link SecureRandom}. Every refill replaces its own key ("fast key erasure",
/// <a href="https://blog.cr.yp.to/20170723-random.html">Bernstein 2017</a>) and bytes are zeroed as they are handed
/// out, so that nothing given away earlier can be computed from memory read later.
public final class SecureRandomness implements Random {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private final Stripe[] stripes;

    public SecureRandomness() {
        var seeds = new SecureRandom();
        stripes = new Stripe
                [Integer.highestOneBit(Math.max(1, Runtime.getRuntime().availableProcessors() * 2))];
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = new Stripe(seeds);
        }
    }

    @Override
    public void nextBytes(byte[] destination) {
        stripe().fill(destination);
    }

    @Override
    public long nextLong() {
        return stripe().nextLong();
    }

    @Override
    public int nextInt(int bound) {
        check(bound >= 1, "bound");
        // Refuses the few values that would make the remainder uneven.
        long limit = (1L << 32) / bound * bound;
        while (true) {
            long bits = nextLong() >>> 32;
            if (bits < limit) {
                return (int) (bits % bound);
            }
        }
    }

    private Stripe stripe() {
        long id = Thread.currentThread().threadId() * 0x9E3779B97F4A7C15L;
        return stripes[(int) (id >>> 32) & (stripes.length - 1)];
    }

    private static final class Stripe {
        private static final int KEY_BYTES = 32;
        private static final int POOL_BYTES = 4096;
        private static final int REFILLS_PER_SEED = 1024;

        private final ReentrantLock lock = new ReentrantLock();
        private final SecureRandom seeds;
        private final byte[] key = new byte[KEY_BYTES];
        private final byte[] pool = new byte[POOL_BYTES];
        private final byte[] zeros = new byte[POOL_BYTES];
        private final Cipher cipher;
        private int at = POOL_BYTES;
        private int refills;

        Stripe(SecureRandom seeds) {
            this.seeds = seeds;
            try {
                cipher = Cipher.getInstance("AES/CTR/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has AES/CTR", e);
            }
        }

        long nextLong() {
            lock.lock();
            try {
                if (POOL_BYTES - at < Long.BYTES) {
                    refill();
                }
                long value = (long) LONGS.get(pool, at);
                LONGS.set(pool, at, 0L);
                at += Long.BYTES;
                return value;
            } finally {
                lock.unlock();
            }
        }

        void fill(byte[] destination) {
            lock.lock();
            try {
                for (int done = 0; done < destination.length; ) {
                    if (at == POOL_BYTES) {
                        refill();
                    }
                    int part = Math.min(POOL_BYTES - at, destination.length - done);
                    System.arraycopy(pool, at, destination, done, part);
                    Arrays.fill(pool, at, at + part, (byte) 0);
                    at += part;
                    done += part;
                }
            } finally {
                lock.unlock();
            }
        }

        private void refill() {
            if (refills++ % REFILLS_PER_SEED == 0) {
                byte[] seed = new byte[KEY_BYTES];
                seeds.nextBytes(seed);
                for (int i = 0; i < KEY_BYTES; i++) {
                    key[i] ^= seed[i];
                }
            }
            try {
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
                cipher.doFinal(zeros, 0, POOL_BYTES, pool, 0);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("AES/CTR takes any key of 32 bytes", e);
            }
            System.arraycopy(pool, 0, key, 0, KEY_BYTES);
            Arrays.fill(pool, 0, KEY_BYTES, (byte) 0);
            at = KEY_BYTES;
        }
    }
}

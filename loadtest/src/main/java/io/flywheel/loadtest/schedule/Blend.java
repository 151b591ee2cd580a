package io.flywheel.loadtest.schedule;

import static io.flywheel.base.Check.check;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.SplittableRandom;

/// Which transaction each arrival is. The arrivals are dealt from decks that hold each transaction as often as its
/// weight says, shuffled anew from the seed: so the shares are exact after every deck, and whoever knows an arrival's
/// number knows its transaction, and how many of the same came before it, without knowing the others'. Not for several
/// threads.
public final class Blend {
    /// The most cards of a deck: the sum of the weights without their common divisor.
    public static final int CARDS_MAX = 10_000;

    private final int[] counts;
    private final long seed;
    /// The deck as it lies when new, and shuffled for the block that was asked for last.
    private final int[] fresh;
    private final int[] shuffled;
    private final int[] ranks;
    private long block = -1;

    /// @param weights of each transaction, in whatever unit; at least one is above 0
    /// @throws IllegalArgumentException when their smallest common measure makes too large a deck
    public Blend(List<BigDecimal> weights, long seed) {
        this.counts = counts(weights);
        this.seed = seed;
        int cards = 0;
        for (int count : counts) {
            cards += count;
        }
        this.fresh = new int[cards];
        int at = 0;
        for (int transaction = 0; transaction < counts.length; transaction++) {
            for (int i = 0; i < counts[transaction]; i++) {
                fresh[at++] = transaction;
            }
        }
        this.shuffled = new int[cards];
        this.ranks = new int[cards];
    }

    /// A weight has at most so many digits before or after its point.
    private static final int DIGITS_MAX = 30;

    private static int[] counts(List<BigDecimal> weights) {
        int scale = 0;
        for (BigDecimal weight : weights) {
            // As a whole number the others have as many digits as the difference is.
            check(
                    Math.abs((long) weight.scale()) <= DIGITS_MAX && weight.precision() <= DIGITS_MAX,
                    "a weight is too small or too large: use weights such as 70, 20, 9.5, 0.5");
        }
        for (BigDecimal weight : weights) {
            check(weight.signum() >= 0, "a weight is not below 0");
            scale = Math.max(scale, weight.stripTrailingZeros().scale());
        }
        BigInteger divisor = BigInteger.ZERO;
        for (BigDecimal weight : weights) {
            divisor = divisor.gcd(weight.movePointRight(scale).toBigIntegerExact());
        }
        check(divisor.signum() > 0, "a blend has a weight above 0");
        BigInteger sum = BigInteger.ZERO;
        var counts = new BigInteger[weights.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = weights.get(i).movePointRight(scale).toBigIntegerExact().divide(divisor);
            sum = sum.add(counts[i]);
        }
        check(
                sum.compareTo(BigInteger.valueOf(CARDS_MAX)) <= 0,
                "the weights' common measure is too small: use weights such as 70, 20, 9.5, 0.5");
        var cards = new int[counts.length];
        for (int i = 0; i < cards.length; i++) {
            cards[i] = counts[i].intValueExact();
        }
        return cards;
    }

    /// The index of the transaction that an arrival is.
    public int transaction(long number) {
        deal(number / fresh.length);
        return shuffled[(int) (number % fresh.length)];
    }

    /// How many arrivals of the same transaction have smaller numbers.
    public long occurrence(long number) {
        deal(number / fresh.length);
        int card = (int) (number % fresh.length);
        return number / fresh.length * counts[shuffled[card]] + ranks[card];
    }

    /// The share of a transaction, 0 to 1.
    public double share(int transaction) {
        return (double) counts[transaction] / fresh.length;
    }

    private void deal(long wanted) {
        if (wanted == block) {
            return;
        }
        var random = new SplittableRandom(Mix.of(seed, wanted));
        System.arraycopy(fresh, 0, shuffled, 0, fresh.length);
        for (int i = shuffled.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int card = shuffled[i];
            shuffled[i] = shuffled[other];
            shuffled[other] = card;
        }
        var dealt = new int[counts.length];
        for (int i = 0; i < shuffled.length; i++) {
            ranks[i] = dealt[shuffled[i]]++;
        }
        block = wanted;
    }
}

package io.flywheel.loadtest.schedule;

/// Makes one seed of several numbers, so that those of neighbours have nothing in common (SplitMix64's finaliser,
/// Steele, Lea, Flood 2014).
public final class Mix {
    private Mix() {}

    public static long of(long... numbers) {
        long mixed = 0x9e3779b97f4a7c15L;
        for (long number : numbers) {
            mixed = finish((mixed ^ number) + 0x9e3779b97f4a7c15L);
        }
        return mixed;
    }

    private static long finish(long bits) {
        long mixed = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}

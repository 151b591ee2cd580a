package io.flywheel.placement;

import io.flywheel.base.Domains.Level;
import io.flywheel.erasure.Scheme;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which scheme each of S3's storage classes has: what the configuration says, else what suits the number of
/// disks and their domains.
///
/// | disks | STANDARD |
/// |---|---|
/// | 1 | `copies(1)`: protects against nothing but crashes |
/// | 2, 3 | `copies(2)` |
/// | 4, 5 | `rs(2,2)`, `rs(3,2)` |
/// | 6, 7 | `rs(4,2)` |
/// | 8 | `rs(6,2)` |
/// | 9 to 11 | `rs(6,3)` |
/// | 12 and more | `rs(8,4)` |
///
/// Where there are several nodes, racks or zones, k is narrowed and m raised until any one of them may fail,
/// the largest domains first, as long as that costs no more than two bytes a byte and leaves three quarters of
/// the space in use: two nodes of four disks have `rs(4,4)`. REDUCED_REDUNDANCY has half the parity. The
/// classes for what is seldom read have `rs(16,4)` where STANDARD has `rs(8,4)` and the disks and domains allow
/// it.
public final class StorageSchemes {
    /// S3's storage classes that a PUT may name.
    public static final List<String> CLASSES = List.of(
            "STANDARD",
            "REDUCED_REDUNDANCY",
            "STANDARD_IA",
            "ONEZONE_IA",
            "INTELLIGENT_TIERING",
            "GLACIER",
            "DEEP_ARCHIVE",
            "GLACIER_IR");

    private static final String STANDARD = "STANDARD";
    private static final String REDUCED = "REDUCED_REDUNDANCY";
    private static final String TIERING = "INTELLIGENT_TIERING";
    private static final double USABLE_MIN = 0.75;
    private static final Scheme.Rs WIDE = new Scheme.Rs(16, 4);

    private StorageSchemes() {}

    /// What the choice came to.
    public sealed interface Decided {
        /// @param schemes by storage class, one for each of {@link #CLASSES}
        /// @param level the largest domain that may fail whole, of STANDARD
        /// @param remarks for the operator
        record Schemes(SortedMap<String, Scheme> schemes, Level level, List<String> remarks) implements Decided {}

        /// @param reasons each names the storage class and what it wants
        record Refused(List<String> reasons) implements Decided {}
    }

    /// @param configured schemes that the configuration names, by storage class
    public static Decided decide(List<DiskView> disks, Map<String, Scheme> configured) {
        List<DiskView> taking = disks.stream().filter(DiskView::takesSlots).toList();
        if (taking.isEmpty()) {
            return new Decided.Refused(List.of("no disk takes data"));
        }
        List<String> reasons = new ArrayList<>();
        new TreeMap<>(configured).forEach((name, scheme) -> {
            if (!CLASSES.contains(name)) {
                reasons.add("'" + name + "' is no storage class; there are " + String.join(", ", CLASSES));
            } else {
                refusal(scheme, disks).ifPresent(why -> reasons.add(name + ": " + why));
            }
        });
        if (!reasons.isEmpty()) {
            return new Decided.Refused(reasons);
        }
        SortedMap<String, Scheme> schemes = new TreeMap<>();
        Scheme standard = configured.getOrDefault(STANDARD, standard(taking));
        for (String name : CLASSES) {
            schemes.put(
                    name,
                    configured.getOrDefault(
                            name,
                            switch (name) {
                                case STANDARD, TIERING -> standard;
                                case REDUCED -> reduced(standard);
                                default -> seldomRead(standard, taking);
                            }));
        }
        Shares shares = shares(standard, taking);
        return new Decided.Schemes(
                Collections.unmodifiableSortedMap(schemes), shares.level(), remarks(schemes, taking, shares));
    }

    /// Why the disks cannot hold the scheme; empty when they can.
    public static Optional<String> refusal(Scheme scheme, List<DiskView> disks) {
        long taking = disks.stream().filter(DiskView::takesSlots).count();
        return scheme.shards() <= taking
                ? Optional.empty()
                : Optional.of(scheme + " needs " + scheme.shards() + " disks, one for each shard; the fleet has "
                        + taking + (taking == 1 ? " that takes data" : " that take data"));
    }

    private static Scheme standard(List<DiskView> disks) {
        return switch (disks.size()) {
            case 1 -> new Scheme.Copies(1);
            case 2, 3 -> new Scheme.Copies(2);
            case 4 -> inDomains(2, 2, disks);
            case 5 -> inDomains(3, 2, disks);
            case 6, 7 -> inDomains(4, 2, disks);
            case 8 -> inDomains(6, 2, disks);
            case 9, 10, 11 -> inDomains(6, 3, disks);
            default -> inDomains(8, 4, disks);
        };
    }

    /// The nearest scheme to `rs(k,m)` under which the largest kind of domain may fail.
    private static Scheme inDomains(int k, int m, List<DiskView> disks) {
        for (Level level : List.of(Level.ZONE, Level.RACK, Level.NODE)) {
            for (int width = k + m; width >= 4; width--) {
                for (int parity = Math.min(m, width / 2); parity <= width / 2; parity++) {
                    Optional<Shares> shares = Shares.at(level, disks, width, parity);
                    if (shares.isPresent() && shares.get().usable() >= USABLE_MIN) {
                        return new Scheme.Rs(width - parity, parity);
                    }
                }
            }
        }
        return new Scheme.Rs(k, m);
    }

    private static Scheme reduced(Scheme standard) {
        return switch (standard) {
            case Scheme.Copies copies -> copies;
            case Scheme.Rs(int k, int m) -> new Scheme.Rs(k + m - Math.max(1, m / 2), Math.max(1, m / 2));
        };
    }

    private static Scheme seldomRead(Scheme standard, List<DiskView> disks) {
        boolean wide = standard.equals(new Scheme.Rs(8, 4))
                && disks.size() >= WIDE.shards()
                && shares(WIDE, disks).level().compareTo(shares(standard, disks).level()) >= 0;
        return wide ? WIDE : standard;
    }

    private static Shares shares(Scheme scheme, List<DiskView> disks) {
        return Shares.best(disks, scheme.shards(), scheme.parityShards())
                .orElseThrow(() -> new IllegalStateException("a scheme was chosen that the disks cannot hold"));
    }

    private static List<String> remarks(SortedMap<String, Scheme> schemes, List<DiskView> disks, Shares standard) {
        List<String> remarks = new ArrayList<>();
        schemes.forEach((name, scheme) -> {
            if (scheme.parityShards() == 0 && (name.equals(STANDARD) || !scheme.equals(schemes.get(STANDARD)))) {
                remarks.add(
                        name + " is " + scheme + ": it protects against nothing but crashes; a disk that fails takes"
                                + " its objects with it");
            }
        });
        Scheme scheme = schemes.getOrDefault(STANDARD, new Scheme.Copies(1));
        if (scheme.parityShards() > 0) {
            remarks.add(STANDARD + " is " + scheme + ": any " + count(scheme.parityShards(), "disk") + lost(standard));
        }
        if (scheme.parityShards() > 0 && disks.size() == scheme.shards() && scheme instanceof Scheme.Copies) {
            remarks.add("when one of the " + disks.size()
                    + " disks is lost, reading goes on and writing waits until it is" + " replaced");
        }
        if (standard.usable() < 0.99) {
            remarks.add(Math.round(100 * (1 - standard.usable()))
                    + " % of the space stays idle: some disks or domains are larger than the others can match");
        }
        return List.copyOf(remarks);
    }

    private static String lost(Shares standard) {
        return switch (standard.level()) {
            case DISK -> " of a block may be lost, but no whole node that has more of them";
            case NODE -> " of a block may be lost, or one node";
            case RACK -> " of a block may be lost, or one rack";
            case ZONE -> " of a block may be lost, or one zone";
        };
    }

    private static String count(int number, String what) {
        return number == 1 ? "one " + what : number + " " + what + "s";
    }
}

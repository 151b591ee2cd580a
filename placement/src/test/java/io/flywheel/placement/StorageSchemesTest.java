package io.flywheel.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.DiskId;
import io.flywheel.base.Domains;
import io.flywheel.base.Domains.Level;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.erasure.Scheme;
import io.flywheel.placement.StorageSchemes.Decided;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StorageSchemesTest {
    private final SeededRandom random = new SeededRandom(1);

    private static Decided.Schemes schemes(List<DiskView> disks, Map<String, Scheme> configured) {
        return switch (StorageSchemes.decide(disks, configured)) {
            case Decided.Schemes schemes -> schemes;
            case Decided.Refused(List<String> reasons) -> throw new AssertionError(reasons);
        };
    }

    private String standard(List<DiskView> disks) {
        return String.valueOf(schemes(disks, Map.of()).schemes().get("STANDARD"));
    }

    private List<DiskView> oneNode(int disks) {
        return Fleets.alike(random, disks, 1000);
    }

    private List<DiskView> nodes(int nodes, int disksOfANode) {
        return Fleets.alike(random, nodes * disksOfANode, disksOfANode);
    }

    @Test
    void shouldChooseByTheNumberOfDisks() {
        List<String> chosen = new ArrayList<>();
        for (int disks : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 500}) {
            chosen.add(standard(oneNode(disks)));
        }
        assertThat(chosen)
                .containsExactly(
                        "copies(1)",
                        "copies(2)",
                        "copies(2)",
                        "rs(2,2)",
                        "rs(3,2)",
                        "rs(4,2)",
                        "rs(4,2)",
                        "rs(6,2)",
                        "rs(6,3)",
                        "rs(6,3)",
                        "rs(8,4)",
                        "rs(8,4)");
    }

    @Test
    void shouldLetANodeFailWhereThereAreSeveral() {
        assertThat(standard(nodes(2, 4))).isEqualTo("rs(4,4)");
        assertThat(standard(nodes(3, 2))).isEqualTo("rs(4,2)");
        assertThat(standard(nodes(3, 4))).isEqualTo("rs(8,4)");
        assertThat(standard(nodes(2, 12))).isEqualTo("rs(6,6)");
        assertThat(standard(nodes(50, 10))).isEqualTo("rs(8,4)");
        assertThat(schemes(nodes(3, 4), Map.of()).level()).isEqualTo(Level.NODE);
        assertThat(schemes(oneNode(12), Map.of()).level()).isEqualTo(Level.DISK);
    }

    @Test
    void shouldLetAZoneFailWhereThereAreThree() {
        Decided.Schemes decided = schemes(Fleets.disks(random, 3, 2, 2, 4), Map.of());
        assertThat(decided.schemes()).containsEntry("STANDARD", new Scheme.Rs(8, 4));
        assertThat(decided.level()).isEqualTo(Level.ZONE);
        assertThat(decided.remarks()).contains("STANDARD is rs(8,4): any 4 disks of a block may be lost, or one zone");
    }

    @Test
    void shouldSayThatOneDiskProtectsAgainstNothingButCrashes() {
        assertThat(schemes(oneNode(1), Map.of()).remarks())
                .containsExactly(
                        "STANDARD is copies(1): it protects against nothing but crashes; a disk that fails takes"
                                + " its objects with it");
        assertThat(schemes(oneNode(6), Map.of("GLACIER", new Scheme.Copies(1))).remarks())
                .anyMatch(remark -> remark.startsWith("GLACIER is copies(1): it protects against nothing"));
    }

    @Test
    void shouldSayWhenWritingStopsWithOneDisk() {
        assertThat(schemes(oneNode(2), Map.of()).remarks())
                .contains("when one of the 2 disks is lost, reading goes on and writing waits until it is replaced");
        assertThat(schemes(oneNode(3), Map.of()).remarks()).noneMatch(remark -> remark.contains("writing waits"));
    }

    @Test
    void shouldSayHowMuchSpaceStaysIdle() {
        List<DiskView> disks = new ArrayList<>(oneNode(1));
        disks.add(DiskView.empty(DiskId.draw(random), Domains.of("n"), 12 * Fleets.TB));
        assertThat(schemes(disks, Map.of()).remarks())
                .contains("50 % of the space stays idle: some disks or domains are larger than the others can match");
    }

    @Test
    void shouldGiveEveryStorageClassAScheme() {
        Decided.Schemes large = schemes(nodes(40, 5), Map.of());
        assertThat(large.schemes().keySet()).containsExactlyInAnyOrderElementsOf(StorageSchemes.CLASSES);
        assertThat(large.schemes()).containsEntry("REDUCED_REDUNDANCY", new Scheme.Rs(10, 2));
        assertThat(large.schemes()).containsEntry("GLACIER", new Scheme.Rs(16, 4));
        assertThat(schemes(nodes(3, 8), Map.of()).schemes())
                .as("sixteen and four would lose a node's protection")
                .containsEntry("STANDARD_IA", new Scheme.Rs(8, 4));
        assertThat(schemes(oneNode(4), Map.of()).schemes()).containsEntry("REDUCED_REDUNDANCY", new Scheme.Rs(3, 1));
        assertThat(schemes(oneNode(2), Map.of()).schemes()).containsEntry("REDUCED_REDUNDANCY", new Scheme.Copies(2));
    }

    @Test
    void shouldFollowTheConfiguration() {
        Decided.Schemes decided =
                schemes(oneNode(6), Map.of("STANDARD", new Scheme.Copies(3), "GLACIER", new Scheme.Rs(5, 1)));
        assertThat(decided.schemes())
                .containsEntry("STANDARD", new Scheme.Copies(3))
                .containsEntry("STANDARD_IA", new Scheme.Copies(3))
                .containsEntry("GLACIER", new Scheme.Rs(5, 1));
    }

    @Test
    void shouldRefuseWithReasonsWhatTheDisksCannotHold() {
        assertThat(StorageSchemes.decide(
                        oneNode(6), Map.of("STANDARD", new Scheme.Rs(8, 4), "COLD", new Scheme.Copies(2))))
                .isEqualTo(new Decided.Refused(List.of(
                        "'COLD' is no storage class; there are STANDARD, REDUCED_REDUNDANCY, STANDARD_IA, ONEZONE_IA,"
                                + " INTELLIGENT_TIERING, GLACIER, DEEP_ARCHIVE, GLACIER_IR",
                        "STANDARD: rs(8,4) needs 12 disks, one for each shard; the fleet has 6 that take data")));
        assertThat(StorageSchemes.decide(List.of(), Map.of()))
                .isEqualTo(new Decided.Refused(List.of("no disk takes data")));
    }

    @Test
    void shouldLayOutWhatItDecides() {
        for (int disks = 1; disks <= 40; disks++) {
            for (int perNode : new int[] {1, 3, 40}) {
                List<DiskView> views = Fleets.alike(random, disks, perNode);
                for (Scheme scheme : schemes(views, Map.of()).schemes().values()) {
                    Snapshot fleet = Fleets.laidOut(views, Shape.of(scheme), random);
                    assertThat(new Choice(fleet).choose(scheme, 1000, random)).isInstanceOf(Choice.Chosen.Placed.class);
                }
            }
        }
    }
}

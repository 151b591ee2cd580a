package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class DurabilityCommandTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream error = new ByteArrayOutputStream();

    private int run(String... arguments) {
        var all = new ArrayList<>(List.of("durability"));
        all.addAll(List.of(arguments));
        return Main.run(
                all.toArray(new String[0]),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(error, true, StandardCharsets.UTF_8));
    }

    private JsonNode json(String... arguments) {
        output.reset();
        var all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        assertThat(run(all.toArray(new String[0])))
                .as(error.toString(StandardCharsets.UTF_8))
                .isZero();
        return JsonMapper.shared().readTree(output.toByteArray());
    }

    private void shouldRefuse(String part, String... arguments) {
        error.reset();
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(error.toString(StandardCharsets.UTF_8)).contains(part).contains("--help");
    }

    @Test
    void shouldSayHowManyNines() {
        assertThat(run("--scheme", "rs(8,4)", "--disks", "1000", "--afr", "1.4%", "--repair", "6h"))
                .isZero();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains("rs(8,4) on 1,000 disks of 16 TB")
                .contains(" nines")
                .contains("6.0 hours", "until a lost disk's")
                .contains("1.50 bytes a byte");
    }

    @Test
    void shouldAnswerNumbersForScripts() {
        var coded = json("--scheme", "rs(8,4)", "--disks", "1000", "--repair", "6h", "--price", "10");
        var mirrored = json("--scheme", "copies(2)", "--disks", "1000", "--repair", "6h");
        assertThat(coded.get("nines").asDouble())
                .isGreaterThan(mirrored.get("nines").asDouble());
        assertThat(coded.get("overhead").asDouble()).isEqualTo(1.5);
        assertThat(coded.get("costPerMonth").asDouble()).isEqualTo(160_000);
        assertThat(mirrored.has("costPerMonth")).isFalse();
    }

    /// The wider a disk scatters its blocks, the sooner it is rebuilt, and the more copysets an outage may hit.
    @Test
    void shouldTradeRepairForCopysets() {
        var narrow = json("--scheme=copies(3)", "--disks=1000", "--scatter=2", "--outages=1");
        var wide = json("--scheme=copies(3)", "--disks=1000", "--scatter=100", "--outages=1");
        assertThat(wide.get("repairSeconds").asDouble())
                .isLessThan(narrow.get("repairSeconds").asDouble());
        assertThat(wide.get("anyLossPerYear").asDouble())
                .isGreaterThan(narrow.get("anyLossPerYear").asDouble());
    }

    @Test
    void shouldSayWhatIsWrong() {
        shouldRefuse("--scheme", "--disks", "10");
        shouldRefuse("a scheme is rs(k,m) or copies(n)", "--scheme", "raid5", "--disks", "10");
        shouldRefuse("rs(8,4) needs 12 disks, not 10", "--scheme", "rs(8,4)", "--disks", "10");
        shouldRefuse("'140%' is not from 0% to 100%", "--scheme", "copies(2)", "--disks", "10", "--afr", "140%");
        shouldRefuse("'soon' is no time; write 15m", "--scheme", "copies(2)", "--disks", "10", "--repair", "soon");
        shouldRefuse("'big' is no size; write 16TB", "--scheme", "copies(2)", "--disks", "10", "--disk-size", "big");
        shouldRefuse(
                "shares blocks with 1 to 9 others, not 10", "--scheme", "copies(2)", "--disks", "10", "--scatter=10");
        shouldRefuse("Did you mean '--scrub'?", "--scheme", "copies(2)", "--disks", "10", "--scrb=3d");
        shouldRefuse("failuresPerYear", "--scheme", "copies(2)", "--disks", "10", "--afr", "0%");
    }
}

package io.flywheel.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.storage.DiskFault;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FaultFileTest {
    private static final List<Path> DISKS = List.of(Path.of("/srv/d1"), Path.of("/srv/d2"), Path.of("/srv/a b"));

    private static void shouldRefuse(String text, String... parts) {
        assertThatThrownBy(() -> FaultFile.parse(text, DISKS))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(parts);
    }

    @Test
    void shouldReadALineForEachDisk() {
        assertThat(FaultFile.parse("# nothing is wrong\n\n", DISKS)).isEmpty();
        var faults = FaultFile.parse("slow=50 /srv/d1\n  fail-reads=0.25   /srv/d2/  # a word\nhang /srv/a b", DISKS);
        assertThat(faults).hasSize(3);
        assertThat(faults.get(Path.of("/srv/d1"))).isInstanceOf(DiskFault.Slow.class);
        assertThat(faults.get(Path.of("/srv/d2"))).isEqualTo(new DiskFault.Failing(0.25, 0));
        assertThat(faults.get(Path.of("/srv/a b"))).isEqualTo(new DiskFault.Hung());
    }

    @Test
    void shouldSayWhatWouldBeRight() {
        shouldRefuse("full /srv/d1\nslwo=50 /srv/d1", "line 2", "slwo=50 /srv/d1", "Did you mean 'slow'?");
        shouldRefuse("full /srv/d3", "/srv/d3 is none of the disks", "Did you mean '/srv/d1'?");
        shouldRefuse("full", "FAULT DIR");
        shouldRefuse("slow /srv/d1", "slow=50");
        shouldRefuse("slow=0 /srv/d1", "slow=50");
        shouldRefuse("fail=10 /srv/d1", "fail=0.1");
        shouldRefuse("fail-writes=none /srv/d1", "fail=0.1");
        shouldRefuse("hang=yes /srv/d1", "nothing to say");
        shouldRefuse("full /srv/d1\nhang /srv/d1", "line 2", "one fault at a time");
    }
}

package io.flywheel.loadtest.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flywheel.loadtest.runfile.RunFileRefused;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class RunFileOptionTest {
    private final StringWriter error = new StringWriter();

    private int exitCode(Callable<Integer> command) throws Exception {
        return RunFileOption.reporting(new PrintWriter(error), command);
    }

    @Test
    void shouldNotBlameTheServiceForACrash() throws Exception {
        for (var crash : List.of(new IllegalStateException("a bug"), new IOException("the disk is full"))) {
            assertThat(exitCode(() -> {
                        throw crash;
                    }))
                    .isEqualTo(LoadtestCommand.INVALID);
            assertThat(error.toString()).contains(String.valueOf(crash.getMessage()), "RunFileOptionTest");
        }
        assertThat(exitCode(() -> {
                    throw new AssertionError("a worse bug");
                }))
                .isEqualTo(LoadtestCommand.INVALID);
    }

    @Test
    void shouldSayWhatIsWrongWithARunFile() throws Exception {
        assertThat(exitCode(() -> {
                    throw new RunFileRefused(List.of("run.conf: 3: wrong", "run.conf: 4: wrong too"));
                }))
                .isEqualTo(LoadtestCommand.USAGE);
        assertThat(error.toString()).isEqualTo("flywheel: run.conf: 3: wrong\nflywheel: run.conf: 4: wrong too\n");
    }

    @Test
    void shouldLeaveUsageToTheCommandLine() {
        var usage = new CommandLine.ParameterException(new CommandLine(new LoadtestCommand()), "no such option");
        assertThatThrownBy(() -> exitCode(() -> {
                    throw usage;
                }))
                .isSameAs(usage);
    }
}

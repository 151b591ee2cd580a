package io.flywheel.server.operate;

import io.flywheel.server.ExitCode;
import io.flywheel.server.admin.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Shows where an object lies, and what it survives.
@Command(
        name = "explain",
        description = "Shows where every shard of an object lies, how it is, and what losing each disk would do.",
        mixinStandardHelpOptions = true,
        footer = {"", "Exit codes: 0 readable, 12 data unavailable, 5 no server is running, 1 failure."})
public final class ExplainCommand implements Callable<Integer> {
    private static final String SCHEME = "s3://";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ServerChoice choice = new ServerChoice();

    @Option(names = "--json", description = "Answers one JSON object.")
    private boolean json;

    @Option(names = "--version-id", paramLabel = "ID", description = "Another version than the newest.")
    private @Nullable String versionId;

    @Option(names = "--verify", description = "Reads every byte of every shard.")
    private boolean verify;

    @Option(names = "--first", paramLabel = "NUMBER", description = "The first block to tell of (0).")
    private @Nullable Integer first;

    @Option(names = "--limit", paramLabel = "NUMBER", description = "How many blocks to tell of (1000).")
    private @Nullable Integer limit;

    @Parameters(index = "0", paramLabel = "s3://BUCKET/KEY", description = "The object.")
    private String object = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "DIR", description = "A disk of the server to ask.")
    private @Nullable Path folder;

    @Override
    public Integer call() {
        var line = Objects.requireNonNull(spec).commandLine();
        int slash = object.indexOf('/', SCHEME.length());
        if (!object.startsWith(SCHEME) || slash <= SCHEME.length() || slash == object.length() - 1) {
            throw new ParameterException(line, "'" + object + "' is no object: s3://BUCKET/KEY is wanted");
        }
        var parameters = new ArrayList<>(
                List.of("bucket", object.substring(SCHEME.length(), slash), "key", object.substring(slash + 1)));
        Optional.ofNullable(versionId).ifPresent(id -> parameters.addAll(List.of("version-id", id)));
        Optional.ofNullable(first).ifPresent(number -> parameters.addAll(List.of("first", number.toString())));
        Optional.ofNullable(limit).ifPresent(number -> parameters.addAll(List.of("limit", number.toString())));
        if (verify) {
            parameters.addAll(List.of("verify", "true"));
        }
        var connection = choice.connect(folder == null ? List.of() : List.of(folder));
        var answer = connection.get("explain", parameters.toArray(String[]::new));
        line.getOut().print(json ? answer.text() : ExplanationText.of(answer.json()));
        line.getOut().flush();
        return answer.json().truth("readable") ? ExitCode.STOPPED.number() : Verdict.UNAVAILABLE.exitCode();
    }
}

import com.palantir.javaformat.java.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Runs palantir-java-format over every Java file below a folder: `--dry-run` fails when one would change and says how
/// to mend it, `--replace` rewrites. A source launcher, because the formatter's own command takes files, not folders.
class Format {
    /// A module's own sources, not what a build made of them.
    private static final Pattern SOURCES = Pattern.compile("[^/]+/src/");

    public static void main(String[] args) throws Exception {
        boolean check = args[0].equals("--dry-run");
        var folder = Path.of(args[1]);
        var command = new ArrayList<String>(List.of("--palantir"));
        command.addAll(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
        int fixed = command.size();
        try (var files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".java") && SOURCES.matcher(folder.relativize(file).toString()).lookingAt())
                    .sorted()
                    .forEach(file -> command.add(file.toString()));
        }
        if (command.size() == fixed) {
            return;
        }
        int code = new Main(new java.io.PrintWriter(System.out, true), new java.io.PrintWriter(System.err, true), System.in)
                .format(command.toArray(String[]::new));
        if (code != 0 && check) {
            System.err.println("The files above are not formatted. Mend them with: ./mvnw -N -Pformat process-sources");
        }
        System.exit(code);
    }
}

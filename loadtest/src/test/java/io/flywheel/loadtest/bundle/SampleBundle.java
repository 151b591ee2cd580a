package io.flywheel.loadtest.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Builds bundles as a team would, against the API alone.
public final class SampleBundle {
    private SampleBundle() {}

    /// @param version what the manifest says, or empty
    /// @param leftOut classes that are compiled but not put into the jar
    public static void build(Path jar, String name, String source, String version, String... leftOut)
            throws IOException {
        build(jar, name, source, Map.of(), version, leftOut);
    }

    /// @param others more sources, by their paths
    static void build(
            Path jar, String name, String source, Map<String, String> others, String version, String... leftOut)
            throws IOException {
        Path classes = Files.createTempDirectory(jar.toAbsolutePath().getParent(), "classes");
        var units = new ArrayList<JavaFileObject>();
        units.add(new Source(name + ".java", source));
        others.forEach((path, text) -> units.add(new Source(path, text)));
        var options = List.of(
                "-proc:none", "-nowarn", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));

        assertThat(ToolProvider.getSystemJavaCompiler()
                        .getTask(null, null, null, options, null, units)
                        .call())
                .isTrue();
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (!version.isEmpty()) {
            manifest.getMainAttributes().putValue("Loadtest-Api", version);
        }
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                var files = Files.walk(classes)) {
            for (Path file : new ArrayList<>(files.toList())) {
                String entry = classes.relativize(file).toString().replace('\\', '/');
                if (entry.endsWith(".class") && !List.of(leftOut).contains(entry)) {
                    out.putNextEntry(new JarEntry(entry));
                    Files.copy(file, out);
                    out.closeEntry();
                }
            }
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String path, String text) {
            super(URI.create("string:///" + path), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}

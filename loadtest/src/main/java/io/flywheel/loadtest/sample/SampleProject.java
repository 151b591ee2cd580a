package io.flywheel.loadtest.sample;

import io.flywheel.loadtest.api.ApiVersion;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// A Maven project with transactions, a run file, and the API in a repository of its own, so that it builds wherever
/// Maven does.
public final class SampleProject {
    private static final String API = "io/flywheel/loadtest/api";
    private static final String VERSION = "@VERSION@";
    /// Where a file of the sample goes.
    private static final Map<String, String> FILES = files();

    private SampleProject() {}

    private static Map<String, String> files() {
        var files = new LinkedHashMap<String, String>();
        files.put("pom.xml", "pom.xml");
        files.put("Shop.java", "src/main/java/example/Shop.java");
        files.put("run.conf", "run.conf");
        files.put("words.csv", "words.csv");
        files.put("README.md", "README.md");
        files.put("gitignore", ".gitignore");
        // So that Maven without a network looks there too.
        files.put("maven.config", ".mvn/maven.config");
        files.put("api-pom.xml", inRepository("pom"));
        return files;
    }

    private static String inRepository(String extension) {
        String version = ApiVersion.CURRENT.toString();
        return "repository/io/flywheel/flywheel-loadtest-api/" + version + "/flywheel-loadtest-api-" + version + "."
                + extension;
    }

    /// Where the API is in a sample.
    static Path api(Path folder) {
        return folder.resolve(inRepository("jar"));
    }

    /// @param folder is made, or is empty
    /// @throws IOException when it is not empty, or cannot be written
    public static void write(Path folder) throws IOException {
        if (Files.exists(folder) && !isEmptyFolder(folder)) {
            throw new IOException(folder + " is there already and is not an empty folder");
        }
        for (var file : FILES.entrySet()) {
            Path path = folder.resolve(file.getValue());
            Files.createDirectories(path.getParent());
            Files.writeString(path, text(file.getKey()));
        }
        writeApi(api(folder));
    }

    private static boolean isEmptyFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (var entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static String text(String resource) throws IOException {
        try (var in = SampleProject.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("this build of Flywheel lacks the sample's " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace(VERSION, ApiVersion.CURRENT.toString());
        }
    }

    /// The API as a jar, from the classes that this process itself has.
    private static void writeApi(Path jar) throws IOException {
        var classes = new TreeMap<String, byte[]>();
        try {
            Path own = Path.of(ApiVersion.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isDirectory(own)) {
                read(own.resolve(API), classes);
            } else {
                try (var files = FileSystems.newFileSystem(URI.create("jar:" + own.toUri()), Map.of())) {
                    read(files.getPath("/" + API), classes);
                }
            }
        } catch (URISyntaxException e) {
            throw new IOException("the API's classes are nowhere: " + e.getMessage(), e);
        }
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Loadtest-Api", ApiVersion.CURRENT.toString());
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (var type : classes.entrySet()) {
                out.putNextEntry(new JarEntry(API + "/" + type.getKey()));
                out.write(type.getValue());
                out.closeEntry();
            }
        }
    }

    private static void read(Path folder, Map<String, byte[]> classes) throws IOException {
        try (var entries = Files.list(folder)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                String name = String.valueOf(entry.getFileName());
                if (name.endsWith(".class")) {
                    classes.put(name, Files.readAllBytes(entry));
                }
            }
        }
    }
}

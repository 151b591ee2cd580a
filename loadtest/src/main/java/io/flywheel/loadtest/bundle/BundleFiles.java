package io.flywheel.loadtest.bundle;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.StringTokenizer;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipException;

/// A bundle's jar and every file beside it that its `Class-Path` names, and that of its libraries: what a class loader
/// of the jar can find. Folders come with all their files; what is named and not there is nobody's, as for the loader.
///
/// @param folder the deepest that all of them are in: elsewhere they find each other when they lie in it alike
/// @param jar the bundle
/// @param files all, with the jar
public record BundleFiles(Path folder, Path jar, List<Path> files) {
    private static final int FILES_MAX = 10_000;

    public BundleFiles {
        files = List.copyOf(files);
    }

    /// @throws BundleRefused when a library is named so that another machine cannot have it there
    public static BundleFiles of(Path bundle) throws IOException {
        Path jar = bundle.toAbsolutePath().normalize();
        var files = new TreeSet<Path>();
        var jars = new ArrayDeque<Path>();
        files.add(jar);
        jars.add(jar);
        while (!jars.isEmpty()) {
            Path next = jars.remove();
            for (Path named : named(next)) {
                if (Files.isDirectory(named)) {
                    try (var within = Files.walk(named)) {
                        within.filter(Files::isRegularFile)
                                .limit(FILES_MAX + 1L)
                                .forEach(files::add);
                    }
                } else if (Files.isRegularFile(named) && files.add(named)) {
                    jars.add(named);
                }
                if (files.size() > FILES_MAX) {
                    throw new BundleRefused(bundle + " needs more than " + FILES_MAX + " files beside it");
                }
            }
        }
        Path folder = Objects.requireNonNull(jar.getParent(), "a file lies in a folder");
        for (Path file : files) {
            while (!file.startsWith(folder)) {
                folder = Objects.requireNonNull(folder.getParent(), "all lie in the root");
            }
        }
        return new BundleFiles(folder, jar, List.copyOf(files));
    }

    /// What a jar's manifest names; a file that is no jar names nothing.
    private static List<Path> named(Path jar) throws IOException {
        String classPath;
        try (var opened = new JarFile(jar.toFile())) {
            var manifest = opened.getManifest();
            classPath = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
        } catch (ZipException e) {
            return List.of();
        }
        if (classPath == null) {
            return List.of();
        }
        var all = new ArrayList<Path>();
        var entries = new StringTokenizer(classPath);
        while (entries.hasMoreTokens()) {
            all.add(resolve(jar, entries.nextToken()));
        }
        return all;
    }

    private static Path resolve(Path jar, String entry) {
        try {
            var uri = new URI(entry);
            if (uri.isAbsolute() || entry.startsWith("/")) {
                throw new BundleRefused(jar + " names " + entry + " in its Class-Path, which is not beside it: agents"
                        + " cannot have it there. Name it relatively, or put it into the jar (shade).");
            }
            return Path.of(jar.toUri().resolve(uri)).normalize();
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            throw new BundleRefused(
                    jar + ": '" + entry + "' in its Class-Path cannot be understood: "
                            + String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT),
                    e);
        }
    }
}

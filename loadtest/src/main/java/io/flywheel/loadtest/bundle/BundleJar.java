package io.flywheel.loadtest.bundle;

import io.flywheel.loadtest.api.ApiVersion;
import io.flywheel.loadtest.definition.Definition;
import io.flywheel.loadtest.definition.DefinitionReader;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/// A bundle: a jar with annotated classes, and with or beside it (`Class-Path` of its manifest) all libraries it needs.
public final class BundleJar {
    private static final String VERSION_KEY = "Loadtest-Api";
    private static final String API = "io/flywheel/loadtest/api/";
    private static final int CLASS_BYTES_MAX = 16 << 20;
    private static final int CLASSES_MAX = 200_000;

    private final Path file;
    private final List<String> annotated;
    private final List<String> names;

    private BundleJar(Path file, List<String> annotated, List<String> names) {
        this.file = file;
        this.annotated = annotated;
        this.names = names;
    }

    /// Looks into a jar without running anything of it.
    ///
    /// @throws BundleRefused when it is none, was built for another version of the API, or has no transaction
    public static BundleJar open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new BundleRefused("there is no bundle " + file);
        }
        var classes = new ArrayList<ClassOutline>();
        var missing = new TreeSet<String>();
        try (var jar = new JarFile(file.toFile())) {
            checkVersion(file, jar.getManifest());
            var entries = jar.stream()
                    .filter(entry -> entry.getName().endsWith(".class")
                            && !entry.getName().startsWith("META-INF/")
                            && !entry.getName().startsWith(API))
                    .limit(CLASSES_MAX)
                    .toList();
            for (var entry : entries) {
                byte[] bytes;
                try (var in = jar.getInputStream(entry)) {
                    bytes = in.readNBytes(CLASS_BYTES_MAX);
                }
                classes.add(read(file, entry.getName(), bytes, missing));
            }
        } catch (IOException e) {
            throw new BundleRefused(file + " is not a jar that can be read: " + e.getMessage(), e);
        }
        if (!missing.isEmpty()) {
            throw new BundleRefused(file + " uses what the API " + ApiVersion.CURRENT + " does not have: "
                    + String.join(", ", missing) + ". Build it with the API of this version.");
        }
        List<String> names = ClassOutline.names(classes);
        if (names.isEmpty()) {
            throw new BundleRefused(file + " has no method with @Transaction");
        }
        try {
            return new BundleJar(file, ClassOutline.instances(classes), names);
        } catch (IllegalArgumentException e) {
            throw new BundleRefused(
                    file + ": " + e.getMessage() + " has methods with annotations, but is an interface, or abstract and"
                            + " no class of this jar extends it: they would never run",
                    e);
        }
    }

    /// The names of its transactions, as far as they can be read: also of a jar that cannot be run.
    static List<String> names(Path file) {
        var classes = new ArrayList<ClassOutline>();
        try (var jar = new JarFile(file.toFile())) {
            var entries = jar.stream()
                    .filter(entry -> entry.getName().endsWith(".class"))
                    .limit(CLASSES_MAX)
                    .toList();
            for (var entry : entries) {
                try (var in = jar.getInputStream(entry)) {
                    classes.add(ClassOutline.of(ClassFile.of().parse(in.readNBytes(CLASS_BYTES_MAX))));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // Why it cannot be read was said where it was opened.
            return ClassOutline.names(classes);
        }
        return ClassOutline.names(classes);
    }

    private static void checkVersion(Path file, @Nullable Manifest manifest) {
        String said = manifest == null ? null : manifest.getMainAttributes().getValue(VERSION_KEY);
        if (said == null) {
            // Then what it uses of the API says whether it fits.
            return;
        }
        ApiVersion built;
        try {
            built = ApiVersion.parse(said);
        } catch (IllegalArgumentException e) {
            throw new BundleRefused(file + ": " + VERSION_KEY + " in its manifest: " + e.getMessage(), e);
        }
        if (!ApiVersion.CURRENT.runs(built)) {
            throw new BundleRefused(file + " was built with version " + built + " of the API; this is "
                    + ApiVersion.CURRENT + ", which runs bundles of " + ApiVersion.CURRENT.major() + ".0 to "
                    + ApiVersion.CURRENT + ". Build it with the API of this version.");
        }
    }

    private static ClassOutline read(Path file, String name, byte[] bytes, Set<String> missing) {
        try {
            ClassModel model = ClassFile.of().parse(bytes);
            for (PoolEntry entry : model.constantPool()) {
                missingOf(entry).forEach(missing::add);
            }
            return ClassOutline.of(model);
        } catch (IllegalArgumentException e) {
            throw new BundleRefused(file + ": " + name + " is not a class that can be read: " + e.getMessage(), e);
        }
    }

    /// What a constant refers to in the API and is not there.
    private static List<String> missingOf(PoolEntry entry) {
        return switch (entry) {
            case ClassEntry type
            when type.asInternalName().startsWith(API) ->
                find(type.asInternalName()) == null ? List.of(shown(type.asInternalName())) : List.of();
            case MemberRefEntry member
            when member.owner().asInternalName().startsWith(API) -> {
                Class<?> owner = find(member.owner().asInternalName());
                String name = member.name().stringValue();
                yield owner == null || has(owner, name)
                        ? List.of()
                        : List.of(shown(member.owner().asInternalName()) + "." + name);
            }
            default -> List.of();
        };
    }

    private static boolean has(Class<?> owner, String member) {
        return member.equals("<init>")
                || Arrays.stream(owner.getMethods()).map(Method::getName).anyMatch(member::equals)
                || Arrays.stream(owner.getFields())
                        .anyMatch(field -> field.getName().equals(member));
    }

    private static @Nullable Class<?> find(String internalName) {
        try {
            return Class.forName(internalName.replace('/', '.'), false, BundleJar.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static String shown(String internalName) {
        return internalName.substring(API.length()).replace('$', '.');
    }

    /// The classes of which instances are made.
    public List<String> annotated() {
        return annotated;
    }

    /// The names of its transactions, each after those whose results it wants.
    public List<String> names() {
        return names;
    }

    /// Loads the classes and reads their annotations, which can run initialisers of the bundle: in a process of its
    /// own.
    ///
    /// @throws BundleRefused when a class cannot be loaded
    /// @throws io.flywheel.loadtest.definition.DefinitionRefused when the annotations are wrong
    public Definition load() {
        try {
            // The loader lives as long as the process: transactions load classes when they first need them.
            var loader = new URLClassLoader(new URL[] {file.toUri().toURL()}, new ApiOnly());
            var types = new ArrayList<Class<?>>();
            for (String name : annotated) {
                types.add(Class.forName(name, false, loader));
            }
            return DefinitionReader.read(types);
        } catch (ClassNotFoundException | NoClassDefFoundError e) {
            throw missing(String.valueOf(e.getMessage()).replace('/', '.'), e);
        } catch (TypeNotPresentException e) {
            // In a signature, such as that of a List of them.
            throw missing(e.typeName(), e);
        } catch (LinkageError e) {
            throw new BundleRefused(file + " cannot be loaded: " + e, e);
        } catch (IOException e) {
            throw new BundleRefused(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private BundleRefused missing(String type, Throwable cause) {
        return new BundleRefused(
                file + " needs the class " + type + ", which neither it nor its Class-Path has. Put the library into"
                        + " the jar (shade) or beside it.",
                cause);
    }
}

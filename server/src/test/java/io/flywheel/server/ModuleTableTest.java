package io.flywheel.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Who may use whom, and that everything nondeterministic comes through a port. See ARCHITECTURE.md.
final class ModuleTableTest {
    /// The table. `objects` and `background` use the contract of one disk's store until the module `storage`
    /// exists.
    enum Module {
        BASE,
        ERASURE,
        PLACEMENT,
        SHARDSTORE,
        STORAGE,
        NAMESPACE,
        OBJECTS,
        BACKGROUND,
        FRONTEND,
        LOADTEST_API,
        LOADTEST;

        List<Module> mayUse() {
            return switch (this) {
                case BASE -> List.of();
                case ERASURE, SHARDSTORE, NAMESPACE -> List.of(BASE);
                case PLACEMENT -> List.of(BASE, ERASURE);
                case STORAGE -> List.of(BASE, SHARDSTORE);
                case OBJECTS -> List.of(BASE, ERASURE, PLACEMENT, SHARDSTORE, NAMESPACE);
                case BACKGROUND -> List.of(BASE, ERASURE, PLACEMENT, SHARDSTORE, STORAGE, NAMESPACE, OBJECTS);
                case FRONTEND -> List.of(BASE, NAMESPACE, OBJECTS);
                case LOADTEST_API -> List.of();
                case LOADTEST -> List.of(BASE, LOADTEST_API);
            };
        }

        String packages() {
            return "io.flywheel." + name().toLowerCase(java.util.Locale.ROOT).replace('_', '.') + "..";
        }
    }

    private static final String[] DETERMINISTIC = {
        Module.ERASURE.packages(),
        Module.PLACEMENT.packages(),
        Module.SHARDSTORE.packages(),
        Module.STORAGE.packages(),
        Module.NAMESPACE.packages(),
        Module.OBJECTS.packages(),
        Module.BACKGROUND.packages()
    };

    /// Packages that adapt a library which brings its own files and threads; everything in them runs behind a
    /// port. `erasure.machine` finds out what the processor can do.
    private static final String[] ADAPTERS = {"io.flywheel.namespace.rocks..", "io.flywheel.erasure.machine.."};

    /// Of `java.util.concurrent` only what never waits.
    private static final Set<String> NEVER_WAITING = Set.of(
            "java.util.concurrent.Callable",
            "java.util.concurrent.ConcurrentHashMap",
            "java.util.concurrent.ConcurrentHashMap$KeySetView",
            "java.util.concurrent.ConcurrentLinkedDeque",
            "java.util.concurrent.ConcurrentLinkedQueue",
            "java.util.concurrent.ConcurrentMap",
            "java.util.concurrent.ConcurrentNavigableMap",
            "java.util.concurrent.ConcurrentSkipListMap",
            "java.util.concurrent.ConcurrentSkipListSet",
            "java.util.concurrent.CopyOnWriteArrayList",
            "java.util.concurrent.TimeUnit");

    private static final Set<String> FILES_AND_SOCKETS = Set.of(
            "java.io.File",
            "java.io.FileInputStream",
            "java.io.FileOutputStream",
            "java.io.FileReader",
            "java.io.FileWriter",
            "java.io.RandomAccessFile",
            "java.nio.file.Files",
            "java.nio.channels.FileChannel",
            "java.nio.channels.AsynchronousFileChannel");

    private static final Set<String> SALTED_OR_NONDETERMINISTIC = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.lang.Math.random",
            "java.time.Instant.now",
            "java.time.LocalDate.now",
            "java.time.LocalDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.OffsetDateTime.now",
            "java.util.UUID.randomUUID",
            "java.util.Map.of",
            "java.util.Map.ofEntries",
            "java.util.Map.copyOf",
            "java.util.Set.of",
            "java.util.Set.copyOf",
            "java.lang.System.identityHashCode",
            "java.util.stream.Collectors.toUnmodifiableMap",
            "java.util.stream.Collectors.toUnmodifiableSet",
            "java.util.Collection.parallelStream",
            "java.util.List.parallelStream",
            "java.lang.Object.wait",
            "java.lang.Object.notify",
            "java.lang.Object.notifyAll");

    private static JavaClasses flywheel = new ClassFileImporter().importClasses(List.of());

    @BeforeAll
    static void readClasses() {
        flywheel = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.flywheel");
    }

    @ParameterizedTest
    @EnumSource
    void shouldUseOnlyWhatTheTableAllows(Module module) {
        var allowed = new ArrayList<String>();
        allowed.add(module.packages());
        module.mayUse().forEach(used -> allowed.add(used.packages()));
        ArchRule rule = noClasses()
                .that()
                .resideInAPackage(module.packages())
                .should()
                .dependOnClassesThat(resideIn("io.flywheel..").and(DescribedPredicate.not(resideIn(allowed))))
                .because("ARCHITECTURE.md says who may use whom")
                .allowEmptyShould(true);
        rule.check(flywheel);
    }

    /// A contract is what a module's own package holds; drivers and the real forms of the ports are built by
    /// `server` alone.
    @Test
    void shouldLeaveTheChoiceOfDriversAndPortsToTheServer() {
        noClasses()
                .that()
                .resideInAnyPackage(DETERMINISTIC)
                .or()
                .resideInAPackage(Module.FRONTEND.packages())
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.flywheel.base.real..")
                .allowEmptyShould(true)
                .check(flywheel);
        noClasses()
                .that()
                .resideInAnyPackage(Module.OBJECTS.packages(), Module.BACKGROUND.packages(), Module.FRONTEND.packages())
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.flywheel.namespace.rocks..",
                        "io.flywheel.namespace.keyvalue..",
                        "io.flywheel.namespace.log..",
                        "io.flywheel.namespace.record..")
                .allowEmptyShould(true)
                .check(flywheel);
        noClasses()
                .that()
                .resideInAnyPackage(Module.OBJECTS.packages(), Module.BACKGROUND.packages(), Module.FRONTEND.packages())
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "drivers",
                        used -> used.getName()
                                .matches("io\\.flywheel\\.(namespace\\.((Embedded|Model)Namespace|fleet\\.FleetStore)"
                                        + "|shardstore\\.(Disk|Model)ShardStore)(\\$.*)?")))
                .allowEmptyShould(true)
                .check(flywheel);
    }

    @Test
    void shouldTouchFilesAndSocketsThroughThePortsAlone() {
        deterministic(DescribedPredicate.describe(
                "files or sockets",
                used -> FILES_AND_SOCKETS.contains(used.getName())
                        || used.getPackageName().equals("java.net")
                        || used.getName().matches("java\\.nio\\.channels\\..*Socket.*")));
    }

    @Test
    void shouldWaitThroughThePortsAlone() {
        deterministic(DescribedPredicate.describe(
                "threads or what waits on them",
                used -> used.getName().equals("java.lang.Thread")
                        || used.getName().startsWith("java.lang.Thread$")
                        || used.getName().equals("java.util.Timer")
                        || (used.getPackageName().equals("java.util.concurrent")
                                && !used.getName().startsWith("java.util.concurrent.atomic.")
                                && !NEVER_WAITING.contains(used.getName()))
                        || used.getPackageName().equals("java.util.concurrent.locks")));
    }

    @Test
    void shouldDrawRandomnessFromThePortAlone() {
        deterministic(DescribedPredicate.describe(
                "randomness",
                used -> used.getName().equals("java.util.Random")
                        || used.getName().equals("java.util.SplittableRandom")
                        || used.getName().equals("java.security.SecureRandom")
                        || used.getPackageName().startsWith("java.util.random")));
    }

    @Test
    void shouldNotAskTheClockNorIterateInSaltedOrder() {
        noClasses()
                .that()
                .resideInAnyPackage(DETERMINISTIC)
                .and()
                .resideOutsideOfPackages(ADAPTERS)
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "reads a clock, a random source or a salted collection",
                        (JavaCall<?> call) -> SALTED_OR_NONDETERMINISTIC.contains(name(call.getTarget()))))
                .allowEmptyShould(true)
                .check(flywheel);
    }

    @Test
    void shouldKeepRocksDbBehindItsAdapter() {
        classes()
                .that(resideIn("org.rocksdb.."))
                .should()
                .onlyHaveDependentClassesThat()
                .resideInAnyPackage("io.flywheel.namespace..", "org.rocksdb..")
                .allowEmptyShould(true)
                .check(flywheel);
    }

    private static void deterministic(DescribedPredicate<JavaClass> banned) {
        noClasses()
                .that()
                .resideInAnyPackage(DETERMINISTIC)
                .and()
                .resideOutsideOfPackages(ADAPTERS)
                .should()
                .dependOnClassesThat(banned)
                .because("everything nondeterministic comes through a port of base, so that a run replays from a seed")
                .allowEmptyShould(true)
                .check(flywheel);
    }

    private static DescribedPredicate<JavaClass> resideIn(String packages) {
        return JavaClass.Predicates.resideInAPackage(packages);
    }

    private static DescribedPredicate<JavaClass> resideIn(List<String> packages) {
        return JavaClass.Predicates.resideInAnyPackage(packages.toArray(String[]::new));
    }

    private static String name(com.tngtech.archunit.core.domain.AccessTarget target) {
        return target.getOwner().getName() + "." + target.getName();
    }
}

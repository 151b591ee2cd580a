package io.flywheel.server;

import io.flywheel.base.Random;
import io.flywheel.server.DiskDirectory.Look;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// The folders that were named at a start: the disks of one store, those that are absent left out. In which
/// order they are named means nothing.
///
/// New disks are made of missing or empty folders for a store that has never served, and never beside a disk
/// that has: what looks new may be a disk that is not mounted.
final class DiskDirectories implements AutoCloseable {
    private final String store;
    private final KnownDisks known;
    private final List<DiskDirectory> here;
    private final List<String> absent;

    private DiskDirectories(String store, KnownDisks known, List<DiskDirectory> here, List<String> absent) {
        this.store = store;
        this.known = known;
        this.here = List.copyOf(here);
        this.absent = List.copyOf(absent);
    }

    /// Looks at all of them before anything is written, then opens those that are there.
    ///
    /// @throws StartRefused when they are no disks of one store, or in use, or all absent
    static DiskDirectories open(List<Path> named, KnownDisks known, Random random) {
        Map<Path, Look> looks = new LinkedHashMap<>();
        for (Path directory : named) {
            Path path = DiskDirectory.absolute(directory);
            if (looks.put(path, DiskDirectory.look(path, known)) != null) {
                throw StartRefused.configuration("the disk " + path + " is named twice");
            }
        }
        String store = store(looks, random);
        List<DiskDirectory> here = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        try {
            for (var entry : looks.entrySet()) {
                if (entry.getValue() instanceof Look.Absent(var why)) {
                    absent.add(why);
                } else {
                    here.add(DiskDirectory.open(entry.getKey(), store, known, random));
                }
            }
        } catch (RuntimeException e) {
            here.forEach(DiskDirectory::close);
            throw e;
        }
        return new DiskDirectories(store, known, here, absent);
    }

    /// The store that the disks belong to, or a new one's name.
    private static String store(Map<Path, Look> looks, Random random) {
        var stores = new TreeMap<String, Path>();
        var served = new TreeSet<Path>();
        var fresh = new TreeSet<Path>();
        var absent = new ArrayList<String>();
        looks.forEach((path, look) -> {
            switch (look) {
                case Look.Disk(var identity) -> {
                    stores.putIfAbsent(identity.store(), path);
                    if (identity.complete()) {
                        served.add(path);
                    }
                }
                case Look.Fresh() -> fresh.add(path);
                case Look.Absent(var why) -> absent.add(why);
            }
        });
        if (stores.size() > 1) {
            var texts = new ArrayList<String>();
            stores.forEach((store, path) -> texts.add(path + " belongs to the store " + store));
            throw StartRefused.configuration(
                    "the disks belong to different stores: " + String.join(", ", texts) + ". Name those of one store.");
        }
        if (stores.isEmpty() && !absent.isEmpty()) {
            throw StartRefused.failure(absent.getFirst());
        }
        if (!fresh.isEmpty() && !(served.isEmpty() && absent.isEmpty())) {
            throw StartRefused.configuration(fresh.first() + " is no disk of the store " + stores.firstKey()
                    + " (it is missing or empty), and the store has served before. If its disk should be there, check"
                    + " that it is mounted. To add a new disk start without it and run './flywheel disk add "
                    + fresh.first() + "'.");
        }
        return stores.isEmpty() ? DiskIdentity.name(random) : stores.firstKey();
    }

    /// The name of the store, which is also its fleet's.
    String store() {
        return store;
    }

    /// The list that tells a new folder from one whose disk is not mounted.
    KnownDisks known() {
        return known;
    }

    /// At least one.
    List<DiskDirectory> here() {
        return here;
    }

    /// Why each of the others is not here.
    List<String> absent() {
        return absent;
    }

    @Override
    public void close() {
        here.forEach(DiskDirectory::close);
    }
}

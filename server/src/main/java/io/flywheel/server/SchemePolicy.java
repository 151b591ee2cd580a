package io.flywheel.server;

import io.flywheel.base.Tasks;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.fleet.FleetMap;
import io.flywheel.objects.MappedFleet;
import io.flywheel.placement.Shape;
import io.flywheel.placement.StorageSchemes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which scheme new objects of each storage class get, as disks come and go: what the configuration says or
/// what suits the disks, once there are copysets for it; until then what it was before.
final class SchemePolicy {
    private final Map<String, Scheme> configured;
    private final Tasks.Mutex mutex;
    private SortedMap<String, Scheme> current = new TreeMap<>();

    SchemePolicy(Map<String, Scheme> configured, Tasks tasks) {
        this.configured = Map.copyOf(configured);
        mutex = tasks.mutex();
    }

    StorageSchemes.Decided decide(FleetMap map) {
        return StorageSchemes.decide(MappedFleet.Topology.views(map), configured);
    }

    /// What the copysets should allow for, each once.
    Set<Shape> shapes(FleetMap map) {
        var shapes = new LinkedHashSet<Shape>();
        if (decide(map) instanceof StorageSchemes.Decided.Schemes(var schemes, var _, var _)) {
            schemes.values().forEach(scheme -> shapes.add(Shape.of(scheme)));
        }
        return shapes;
    }

    /// The schemes that go with the map.
    SortedMap<String, Scheme> of(FleetMap map) {
        mutex.lock();
        try {
            if (decide(map) instanceof StorageSchemes.Decided.Schemes(var schemes, var _, var _)) {
                var next = new TreeMap<>(current);
                schemes.forEach((storageClass, scheme) -> {
                    if (!next.containsKey(storageClass) || canHold(map, scheme)) {
                        next.put(storageClass, scheme);
                    }
                });
                current = next;
            }
            return new TreeMap<>(current);
        } finally {
            mutex.unlock();
        }
    }

    private static boolean canHold(FleetMap map, Scheme scheme) {
        return map.copysets().stream()
                .anyMatch(copyset -> copyset.width() == scheme.shards() && copyset.parity() == scheme.parityShards());
    }

    /// For the operator.
    List<String> remarks(FleetMap map) {
        return decide(map) instanceof StorageSchemes.Decided.Schemes(var _, var _, var remarks) ? remarks : List.of();
    }
}

package io.flywheel.objects;

import io.flywheel.base.ShardId;
import io.flywheel.erasure.Scheme;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A fleet of one disk: whole copies, which a crash spares and a broken disk does not.
public final class SingleDisk implements Fleet {
    private static final Logger LOG = LoggerFactory.getLogger(SingleDisk.class);
    private static final int COPYSET = 0;
    private static final Scheme SCHEME = new Scheme.Copies(1);

    private final FleetDisk disk;
    private final Copyset copyset;

    public SingleDisk(FleetDisk disk) {
        this.disk = disk;
        copyset = new Copyset(COPYSET, List.of(List.of(disk)));
    }

    @Override
    public Place place(Scheme wanted, List<FleetDisk> avoided) {
        return avoided.isEmpty() ? new Place.On(SCHEME, copyset) : new Place.Refused("there is no other disk");
    }

    @Override
    public Optional<Copyset> copyset(int id) {
        return id == COPYSET ? Optional.of(copyset) : Optional.empty();
    }

    @Override
    public List<FleetDisk> disks() {
        return List.of(disk);
    }

    @Override
    public Scheme schemeOf(String storageClass) {
        return SCHEME;
    }

    @Override
    public void report(ShardId shard, FleetDisk holder, String what) {
        LOG.error("{} on {} {}", shard, holder, what);
    }
}

package io.flywheel.namespace;

import io.flywheel.base.DiskId;
import io.flywheel.namespace.fleet.Fleet;
import io.flywheel.namespace.log.QuorumLog;
import java.util.List;

/// Which disks hold the log.
final class LogHolders {
    static final AccountId OPERATOR = new AccountId("0".repeat(64));

    private final Fleet fleet;
    private final Copies copies;
    private final QuorumLog log;

    LogHolders(Fleet fleet, Copies copies, QuorumLog log) {
        this.fleet = fleet;
        this.copies = copies;
        this.log = log;
    }

    List<DiskId> current() {
        return fleet.map().namespaceHolders();
    }

    void attach(NamespaceDisk disk) {
        copies.attach(disk);
        if (current().contains(disk.id())) {
            log.attach(disk.id(), disk.log());
        }
    }

    void detach(DiskId disk) {
        log.detach(disk);
        copies.detach(disk);
    }

    void look() {}

    void close() {}
}

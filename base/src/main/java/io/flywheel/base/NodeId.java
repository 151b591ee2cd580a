package io.flywheel.base;

import static io.flywheel.base.Check.check;

/// Names a process of the fleet that others call, as long as it is part of the fleet, also across restarts.
public record NodeId(String name) implements Comparable<NodeId> {
    public NodeId {
        check(!name.isEmpty() && Domains.valid(name), "a node's name has 1 to 128 characters, none of them control");
    }

    @Override
    public int compareTo(NodeId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}

package io.flywheel.base;

import static io.flywheel.base.Check.check;

/// Where a disk stands: what fails together with it. A name is only told apart within the domain above it: the node
/// {@code a} of one rack is not the node {@code a} of another. A fleet that does not name its racks or zones has one of
/// each, with an empty name.
///
/// @param zone the largest domain, as a building
/// @param rack of the zone
/// @param node of the rack: one machine
public record Domains(String zone, String rack, String node) {
    /// Longer names are refused.
    public static final int NAME_CHARS_MAX = 128;

    /// What can fail at once, smallest first.
    public enum Level {
        DISK,
        NODE,
        RACK,
        ZONE
    }

    public Domains {
        check(valid(zone), "the name of a zone has at most 128 characters and no control characters");
        check(valid(rack), "the name of a rack has at most 128 characters and no control characters");
        check(valid(node), "the name of a node has at most 128 characters and no control characters");
    }

    /// A disk of a fleet that is one machine.
    public static Domains of(String node) {
        return new Domains("", "", node);
    }

    /// Whether a name may be given to a domain.
    public static boolean valid(String name) {
        return name.length() <= NAME_CHARS_MAX && name.chars().noneMatch(Character::isISOControl);
    }

    /// Whether two different disks with these domains fail together when one domain of the level fails.
    public boolean together(Domains other, Level level) {
        return switch (level) {
            case DISK -> false;
            case NODE -> equals(other);
            case RACK -> zone.equals(other.zone) && rack.equals(other.rack);
            case ZONE -> zone.equals(other.zone);
        };
    }

    /// Names the domain of the level, alike for exactly the disks that are in it: the domains below are left out.
    ///
    /// @param level NODE or larger
    public Domains at(Level level) {
        return switch (level) {
            case DISK -> throw new IllegalArgumentException("disks of one node are told apart by their ids");
            case NODE -> this;
            case RACK -> new Domains(zone, rack, "");
            case ZONE -> new Domains(zone, "", "");
        };
    }
}

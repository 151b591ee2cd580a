package io.flywheel.loadtest.fleet;

import static io.flywheel.base.Check.check;

import java.time.Duration;

/// How controller and agents keep in touch.
///
/// @param agents the run begins when so many are prepared
/// @param beat how often an agent says that it lives
/// @param patience an agent that has not heard the controller for so long starts nothing more; the controller gives up
///     an agent after half of it, and after all of it when it has been restarted
/// @param lead between the decision to start and the start: all agents have to hear of it by then
/// @param abandon an agent that has not heard the controller for so long goes
public record FleetOptions(int agents, Duration beat, Duration patience, Duration lead, Duration abandon) {
    static final int AGENTS_MAX = 10_000;

    public FleetOptions {
        check(agents >= 1 && agents <= AGENTS_MAX, "1 to 10,000 agents");
        check(beat.isPositive(), "a beat takes time");
        check(patience.compareTo(beat.multipliedBy(4)) >= 0, "patience lasts at least four beats");
        check(lead.isPositive(), "a start is decided before it");
        check(abandon.compareTo(patience) >= 0, "who has gone has lost patience before");
    }

    /// The usual ones.
    public static FleetOptions of(int agents) {
        return new FleetOptions(
                agents, Duration.ofMillis(500), Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofMinutes(1));
    }

    /// The same with another patience; there are ten beats in it.
    public FleetOptions withPatience(Duration wanted) {
        var longer = wanted.compareTo(abandon) > 0 ? wanted : abandon;
        return new FleetOptions(agents, wanted.dividedBy(10), wanted, lead, longer);
    }

    long lostAfterNanos() {
        return patience.toNanos() / 2;
    }
}

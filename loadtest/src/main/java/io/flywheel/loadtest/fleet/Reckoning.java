package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.LoadPlan;
import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.result.Aggregate;
import io.flywheel.loadtest.result.Quantities;
import io.flywheel.loadtest.schedule.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a run came to, from what its controller knows.
///
/// @param members those who took part
/// @param first who does what is done once in a run
record Reckoning(
        LoadPlan plan, Coverage coverage, List<Peer> members, Optional<String> first, Optional<Long> stoppedNanos) {

    FleetResult result(Aggregate aggregate, long skewNanosMax) {
        boolean atRate = plan.model() == LoadPlan.Model.OPEN;
        var missing = coverage.missing(
                plan.profile().lengthNanos(),
                span -> atRate ? span.arrivals(plan.profile(), plan.spacing()) : span.userSeconds(plan.profile()),
                new Coverage.Said() {
                    @Override
                    public List<Span> spans(String agent) {
                        return peer(agent).map(peer -> peer.spans).orElse(List.of());
                    }

                    @Override
                    public long untilNanos(String agent) {
                        return untilOf(agent);
                    }
                });
        var lost = members.stream()
                .filter(peer -> peer.lost)
                .map(peer -> new FleetResult.Lost(peer.agent, peer.lostWhy, peer.keptUntilNanos()))
                .toList();
        long unaccounted = members.stream()
                .filter(peer -> !peer.last)
                .mapToLong(peer -> peer.inFlight)
                .sum();
        return new FleetResult(
                members.size(),
                aggregate,
                missing,
                lost,
                unaccounted,
                skewNanosMax,
                stoppedNanos.isPresent(),
                atRate,
                new Workload.Cleaned(
                        members.stream().mapToLong(peer -> peer.cleaned.done()).sum(),
                        members.stream()
                                .mapToLong(peer -> peer.cleaned.failed())
                                .sum()),
                members.stream()
                        .filter(peer -> peer.failed)
                        .map(peer -> "agent " + peer.agent + " could not go on: "
                                + (peer.lost ? peer.lostWhy : peer.problem))
                        .toList(),
                problems());
    }

    private Optional<Peer> peer(String agent) {
        return members.stream().filter(peer -> peer.agent.equals(agent)).findFirst();
    }

    private List<String> problems() {
        var problems = new ArrayList<String>();
        for (Peer peer : members) {
            if (!peer.problem.isEmpty() && !peer.lost) {
                problems.add(peer.agent + ": " + peer.problem);
            }
            if (peer.leaving && !peer.lost) {
                problems.add("agent " + peer.agent + " was told to go"
                        + coverage.endOf(peer.agent)
                                .map(end -> ": the others had its share from " + Quantities.time(end))
                                .orElse(""));
            }
            if (first.filter(peer.agent::equals).isPresent() && (peer.lost || peer.left)) {
                problems.add("agent " + peer.agent + " went before the others: what it set up once in the run was not"
                        + " torn down");
            }
        }
        return problems;
    }

    /// When a run is stopped, each agent keeps to its share until it hears of it. The others were to as long as the
    /// last of these did: by the agents' time, as the controller's may have jumped.
    private long untilOf(String agent) {
        if (stoppedNanos.isEmpty()) {
            return Long.MAX_VALUE;
        }
        var inOrder = members.stream().filter(peer -> peer.last && !peer.lost).toList();
        for (Peer peer : inOrder) {
            if (peer.agent.equals(agent) && !peer.endedByItself) {
                return peer.keptUntilNanos();
            }
        }
        return inOrder.stream().mapToLong(Peer::keptUntilNanos).max().orElse(stoppedNanos.get());
    }
}

package io.flywheel.loadtest.fleet;

import io.flywheel.loadtest.engine.Workload;
import io.flywheel.loadtest.fleet.FromAgent.Stage;
import io.flywheel.loadtest.schedule.Share;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// An agent's side of a run: what it says, and what its process is to do. For one thread at a time; times are
/// nanoseconds of the process's monotonic clock.
public final class Participation {
    /// So many reports are sent before one of them is known to have come.
    private static final int WINDOW = 16;
    /// While the clock is learnt beats come so much faster.
    private static final int EAGERNESS = 10;

    private static final int PROBLEM_MAX = 2_000;

    private final String agent;
    private final FleetOptions options;
    private ClockOffset clock = new ClockOffset();
    private final ArrayDeque<FromAgent.Report> unreceived = new ArrayDeque<>();
    private Stage stage = Stage.JOINED;
    private boolean preparing;
    private boolean prepared;
    private boolean stopping;
    private boolean finishing;
    private boolean left;
    private boolean leaving;
    private boolean abandoned;
    private int process = -1;
    private long leavingAtNanos;
    private Workload.Cleaned cleaned = new Workload.Cleaned(0, 0);
    private boolean lastReported;
    private String problem = "";
    private long term = -1;
    private long number = -1;
    private long originNanos;
    private long skewNanosMax;
    private long leaseNanos;
    private int shareEpoch = -1;
    private int sent;
    private long sentAtNanos;
    private long beatAtNanos = Long.MIN_VALUE;
    private long heardAtNanos;

    /// @param agent its name, which no other process ever has
    /// @param nowNanos when it joined
    public Participation(String agent, FleetOptions options, long nowNanos) {
        this.agent = agent;
        this.options = options;
        this.heardAtNanos = nowNanos;
    }

    /// What an order makes of this agent's work.
    List<Action> receive(Order order, long nowNanos) {
        if (order.term() > term && stage != Stage.RUNNING) {
            // Another controller's clock may not go on where the one before it was.
            clock = new ClockOffset();
        }
        if (order.echoNanos() != 0 && order.term() >= term) {
            clock.sample(order.echoNanos(), order.nowNanos(), nowNanos);
        }
        if (!order.isAfter(term, number)) {
            return List.of();
        }
        heardAtNanos = nowNanos;
        if (order.term() > term) {
            // Another controller may not have what the one before it got last.
            sent = 0;
        }
        term = order.term();
        number = order.number();
        forget(order.received());
        if (stage == Stage.JOINED && prepared && clock.isKnown()) {
            stage = Stage.PREPARED;
        }
        return obey(order);
    }

    private List<Action> obey(Order order) {
        var actions = new ArrayList<Action>();
        switch (order.task()) {
            case WAIT -> {}
            case PREPARE -> {
                if (stage == Stage.JOINED && !preparing) {
                    preparing = true;
                    process = order.process();
                    actions.add(new Action.Prepare(order.first(), order.process()));
                }
            }
            case RUN -> run(order, actions);
            case FINISH -> finish(order.first(), actions);
            case LEAVE -> leave(order.first(), actions);
        }
        return actions;
    }

    private void run(Order order, List<Action> actions) {
        if (stage == Stage.PREPARED && clock.isKnown() && !order.shares().isEmpty()) {
            stage = Stage.RUNNING;
            originNanos = order.originNanos() - clock.offsetNanos();
            skewNanosMax = clock.errorNanosMax();
            leaseNanos = order.leaseNanos();
            Share share = order.shares().getFirst();
            shareEpoch = share.epoch();
            actions.add(new Action.Start(originNanos, share, leaseNanos));
        }
        if (stage != Stage.RUNNING) {
            return;
        }
        for (Share share : order.shares()) {
            if (share.epoch() > shareEpoch) {
                shareEpoch = share.epoch();
                actions.add(new Action.Divide(share));
            }
        }
        if (order.leaseNanos() > leaseNanos) {
            leaseNanos = order.leaseNanos();
            actions.add(new Action.Extend(leaseNanos));
        }
        if (order.stop()) {
            stop(actions);
        }
    }

    private void stop(List<Action> actions) {
        if (!stopping) {
            stopping = true;
            actions.add(new Action.Stop());
        }
    }

    private void finish(boolean first, List<Action> actions) {
        if (stage == Stage.RAN && !finishing) {
            finishing = true;
            actions.add(new Action.Finish(first));
        }
    }

    private void leave(boolean first, List<Action> actions) {
        if (!left) {
            left = true;
            if (stage == Stage.RUNNING) {
                stop(actions);
            }
            actions.add(new Action.Leave(first));
        }
    }

    /// Reports that the controller has are not sent again.
    private void forget(long received) {
        boolean some = false;
        while (!unreceived.isEmpty() && unreceived.getFirst().sequence() < received) {
            unreceived.removeFirst();
            sent = Math.max(0, sent - 1);
            some = true;
        }
        if (some) {
            sentAtNanos = heardAtNanos;
        }
        if (stage == Stage.RUNNING && lastReported && unreceived.isEmpty()) {
            stage = Stage.RAN;
        }
    }

    /// What is to be sent now. Called often: at each change and some times a beat.
    List<FromAgent> due(long nowNanos) {
        var messages = new ArrayList<FromAgent>();
        long beat = options.beat().toNanos() / (clock.isKnown() ? 1 : EAGERNESS);
        if (beatAtNanos == Long.MIN_VALUE || nowNanos - beatAtNanos >= beat) {
            beatAtNanos = nowNanos;
            boolean running = stage == Stage.RUNNING;
            messages.add(new FromAgent.Beat(
                    agent,
                    nowNanos,
                    stage,
                    problem,
                    running ? Math.max(0, nowNanos - originNanos) : 0,
                    running ? leaseNanos : 0,
                    leaving,
                    process,
                    cleaned));
        }
        if (sent > 0 && nowNanos - sentAtNanos >= 2 * options.beat().toNanos()) {
            sent = 0;
        }
        int at = 0;
        for (var report : unreceived) {
            if (at >= WINDOW) {
                break;
            }
            if (at++ >= sent) {
                messages.add(report);
                sentAtNanos = nowNanos;
            }
        }
        sent = Math.max(sent, Math.min(at, WINDOW));
        return messages;
    }

    /// The connection was lost: what was sent may not have come.
    void disconnected() {
        sent = 0;
    }

    /// It was told to go. Before the start it goes; else the controller divides its share among the others, and says
    /// when it has nothing more to do.
    void leave(long nowNanos) {
        if (!leaving) {
            leaving = true;
            leavingAtNanos = nowNanos;
            beatAtNanos = Long.MIN_VALUE;
        }
    }

    /// What this process does by itself: it goes when the controller has not been heard for too long, or does not take
    /// its share from it.
    List<Action> look(long nowNanos) {
        var actions = new ArrayList<Action>();
        if (leaving && (stage == Stage.JOINED || stage == Stage.PREPARED)) {
            leave(true, actions);
        } else if (leaving
                && stage == Stage.RUNNING
                && nowNanos - leavingAtNanos >= 2 * options.patience().toNanos()) {
            stop(actions);
        }
        if (nowNanos - heardAtNanos >= options.abandon().toNanos()) {
            abandoned = true;
            if (stage == Stage.RUNNING && !lastReported) {
                stop(actions);
            } else if (stage == Stage.RUNNING || stage == Stage.RAN) {
                stage = Stage.RAN;
                finish(false, actions);
            } else {
                leave(stage == Stage.JOINED || stage == Stage.PREPARED, actions);
            }
        }
        return actions;
    }

    void prepared() {
        prepared = true;
    }

    /// It cannot go on.
    void failed(String why) {
        stage = Stage.FAILED;
        problem = shown(why);
        // It is known before the last report, and what it has not kept to is the others' at once.
        beatAtNanos = Long.MIN_VALUE;
    }

    void report(FromAgent.Report report) {
        unreceived.add(report);
        lastReported |= report.last();
    }

    /// @param problems what teardowns threw, or what of it was lost
    /// @param partly not all of it could be executed to the end
    void finished(String problems, Workload.Cleaned given, boolean partly) {
        stage = partly ? Stage.FAILED : Stage.FINISHED;
        cleaned = given;
        problem = shown(problems);
    }

    /// What others write may be long.
    private static String shown(String text) {
        return text.length() <= PROBLEM_MAX ? text : text.substring(0, PROBLEM_MAX) + "...";
    }

    Stage stage() {
        return stage;
    }

    /// Why it did not take part to the end; empty when it did.
    String shortfall() {
        if (stage == Stage.FAILED) {
            return problem;
        }
        return abandoned
                ? "the controller was not heard for " + options.abandon().toSeconds() + " s"
                : "";
    }

    /// Whether it has begun, and has not finished.
    boolean isRunning() {
        return stage == Stage.RUNNING || stage == Stage.RAN;
    }

    /// By how much this process may have started too early or too late.
    long skewNanosMax() {
        return skewNanosMax;
    }

    int unreceived() {
        return unreceived.size();
    }
}

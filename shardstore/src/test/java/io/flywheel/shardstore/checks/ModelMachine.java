package io.flywheel.shardstore.checks;

import io.flywheel.base.Tasks;
import io.flywheel.shardstore.ModelShardStore;
import io.flywheel.shardstore.Opened;
import io.flywheel.shardstore.ShardStore;
import java.util.function.UnaryOperator;

/// The model in the engine's place: what checks the engine must hold for its specification too. Its disk never
/// fails, so faults and full disks do nothing.
final class ModelMachine implements Machine {
    private final UnaryOperator<ShardStore> around;
    private ModelShardStore model = ModelShardStore.persistingOnFlush();

    /// @param around what callers see of the model
    ModelMachine(UnaryOperator<ShardStore> around) {
        this.around = around;
    }

    /// Runs a history against the model.
    static void run(History history) {
        Run.on((shape, pause) -> new ModelMachine(UnaryOperator.identity()), history);
    }

    @Override
    public Opened open(Tasks tasks) {
        return new Opened.Ok(around.apply(model), false);
    }

    @Override
    public void restart() {}

    @Override
    public void crash(Survivors survivors) {
        model = model.crash();
    }

    @Override
    public void powerOffAfter(int changes) {}

    @Override
    public boolean isOff() {
        return false;
    }

    @Override
    public void space(int extents) {}

    @Override
    public void strike(Op.Fault fault) {}

    @Override
    public void flip(int place, int bit) {}

    @Override
    public long slackBytes() {
        return 0;
    }

    @Override
    public boolean reportedDamage() {
        return false;
    }
}

package io.flywheel.shardstore.checks;

import io.flywheel.base.Tasks;
import io.flywheel.shardstore.Opened;

/// What a history runs on: something that opens a store, loses its power and is started again.
interface Machine {
    Opened open(Tasks tasks);

    /// Goes on to the next life: after an orderly end, or with what {@code survivors} leaves.
    void restart();

    void crash(Survivors survivors);

    void powerOffAfter(int changes);

    /// Whether the power went off.
    boolean isOff();

    void space(int extents);

    void strike(Op.Fault fault);

    void flip(int place, int bit);

    /// What an emptied store may still keep for itself, in bytes.
    long slackBytes();

    /// Whether {@code store}, which this machine opened, said that it found damage.
    boolean reportedDamage();
}

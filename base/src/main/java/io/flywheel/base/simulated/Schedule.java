package io.flywheel.base.simulated;

import static io.flywheel.base.Check.check;

/// In which order the tasks of a {@link Simulation} take turns. Every form draws from the simulation's seed.
public sealed interface Schedule {
    /// At every point any task that can run, each with the same chance.
    record Uniform() implements Schedule {}

    /// Goes on with the task that runs, and leaves it for any other at one point out of {@code points}: fewer
    /// changes, so faster, and better at races that need one task to come far.
    record Seldom(int points) implements Schedule {
        public Seldom {
            check(points >= 1, "points");
        }
    }

    /// Goes on with the task that runs until it waits; then the one that has waited for its turn longest.
    record InTurn() implements Schedule {}

    /// Priority-based (PCT: Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS'10): each task has a random
    /// priority, the highest that can run runs, and at {@code changes} points among the first {@code points} the
    /// one that runs falls to the bottom. Finds every race of {@code changes + 1} ordering constraints with a
    /// probability of at least one in {@code tasks * points^changes}.
    record Priorities(int changes, int points) implements Schedule {
        public Priorities {
            check(changes >= 0 && points >= 1, "changes and points");
        }
    }
}

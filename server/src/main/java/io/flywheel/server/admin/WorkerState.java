package io.flywheel.server.admin;

import java.time.Duration;
import java.util.Optional;

/// How a data service stands.
///
/// @param name for example {@code repair}
/// @param doing for people: what it is at, or what it waits for
/// @param share of its present round that is done, 0 to 1, where it has rounds
/// @param bytesPerSecond that it has moved of late
/// @param remaining until its round ends, estimated
/// @param alarm what needs an operator; empty when nothing does
public record WorkerState(
        String name,
        String doing,
        Optional<Double> share,
        double bytesPerSecond,
        Optional<Duration> remaining,
        String alarm) {}

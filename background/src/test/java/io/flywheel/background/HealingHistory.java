package io.flywheel.background;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.DiskId;
import io.flywheel.base.NodeId;
import io.flywheel.base.Tasks;
import io.flywheel.base.simulated.Simulation;
import io.flywheel.erasure.Scheme;
import io.flywheel.namespace.BlockRef;
import io.flywheel.namespace.fleet.FleetCommand;
import io.flywheel.namespace.fleet.FleetDisk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// One random history: clients write, overwrite, read and delete while disks go for good or for a while, are drained
/// and added, are slow, cut off, flip bits, rot, lose shards, fill up and refuse, and while the process and the power
/// go. The data services work all along. Everything follows from the seed.
final class HealingHistory {
    private static final List<Scheme> SCHEMES = List.of(
            new Scheme.Rs(2, 2), new Scheme.Rs(2, 1), new Scheme.Rs(3, 2), new Scheme.Copies(2), new Scheme.Copies(3));

    private static final int CLIENTS = 2;
    private static final int KEYS = 4;
    private static final int OPERATIONS = 8;
    private static final int EVENTS = 7;
    private static final int LIVES_MAX = 3;
    private static final Duration HEALED_WITHIN = Duration.ofMinutes(30);

    private final FleetWorld world;
    private final Tasks tasks;
    /// What a key may hold: nothing is empty.
    private final SortedMap<String, List<Optional<byte[]>>> expected = new TreeMap<>();
    /// Disks that lost something since everything was whole.
    private final TreeSet<DiskId> exposed = new TreeSet<>();
    private boolean over;
    int read;
    int failed;
    int moved;

    /// @param mediums what the disks keep their shards in
    HealingHistory(Simulation simulation, Supplier<Medium> mediums) {
        tasks = simulation.tasks();
        Scheme scheme = SCHEMES.get(simulation.random().nextInt(SCHEMES.size()));
        int disks = scheme.shards() + 1 + simulation.random().nextInt(3);
        // Few copysets: what matters is what happens to one.
        world = new FleetWorld(
                simulation, disks, scheme, 1 + simulation.random().nextInt(4), mediums);
    }

    void play() {
        work();
        for (int life = world.random(LIVES_MAX); life >= 0; life--) {
            var clients = new ArrayList<Tasks.Task>();
            for (int client = 0; client < CLIENTS; client++) {
                String name = "client" + client;
                clients.add(tasks.start(name, () -> serve(name)));
            }
            for (int event = 0; event < EVENTS; event++) {
                tasks.sleep(Duration.ofMillis(world.random(2) == 0 ? world.random(1000) : world.random(40_000)));
                happen();
            }
            if (world.random(2) == 0) {
                clients.forEach(Tasks.Task::join);
            }
            if (life > 0) {
                restart();
                clients.forEach(Tasks.Task::join);
            } else {
                clients.forEach(Tasks.Task::join);
            }
        }
        end();
    }

    /// A start waits for all disks that are left.
    private void restart() {
        world.members.forEach(member -> member.attached = !member.dead);
        world.restart();
        work();
    }

    /// Unlike {@link WorkerDriver} it does not go on when a service failed.
    private void work() {
        var life = world.life;
        var workers = new ArrayList<Worker>(life.others());
        workers.add(life.repair);
        workers.forEach(worker -> tasks.start(worker.name(), () -> work(life, worker)));
    }

    private void work(FleetWorld.Life life, Worker worker) {
        try {
            while (!life.dead) {
                tasks.sleep(
                        switch (worker.step()) {
                            case Worker.Step.Busy() -> Duration.ofMillis(1);
                            case Worker.Step.Throttled(var delay) -> delay.plusMillis(1);
                            case Worker.Step.Idle() -> Duration.ofSeconds(1);
                        });
            }
        } catch (RuntimeException e) {
            // The next life has other workers.
            if (!(e instanceof FleetWorld.Died) && !(e.getCause() instanceof FleetWorld.Died)) {
                throw e;
            }
        }
    }

    private void serve(String client) {
        var life = world.life;
        try {
            for (int operation = 0; operation < OPERATIONS; operation++) {
                tasks.sleep(Duration.ofMillis(world.random(3) == 0 ? world.random(30_000) : world.random(500)));
                String key = client + "/" + world.random(KEYS);
                switch (world.random(8)) {
                    case 0, 1, 2 -> put(life, key);
                    case 3 -> delete(life, key);
                    default -> get(life, key);
                }
            }
        } catch (FleetWorld.Died _) {
            // The next life has other clients.
        }
    }

    private List<Optional<byte[]>> known(String key) {
        return expected.getOrDefault(key, List.of(Optional.empty()));
    }

    private void put(FleetWorld.Life life, String key) {
        byte[] bytes =
                world.bytes(world.random(3) > 0 ? 9_000 + world.random(30_000) : 132_000 + world.random(400_000));
        var before = known(key);
        var either = new ArrayList<>(before);
        either.add(Optional.of(bytes));
        expected.put(key, either);
        Duration pause = world.random(3) == 0 ? Duration.ofMillis(world.random(60_000)) : Duration.ZERO;
        var content = life.write(bytes, pause);
        if (content.isPresent() && world.random(4) == 0) {
            tasks.sleep(Duration.ofMillis(world.random(60_000)));
        }
        boolean isDone = content.isPresent() && life.commit(key, content.get(), bytes.length);
        expected.put(key, isDone ? List.of(Optional.of(bytes)) : before);
    }

    private void delete(FleetWorld.Life life, String key) {
        var either = new ArrayList<>(known(key));
        either.add(Optional.empty());
        expected.put(key, either);
        life.delete(key);
        expected.put(key, List.of(Optional.empty()));
    }

    private void get(FleetWorld.Life life, String key) {
        switch (life.get(key)) {
            case FleetWorld.Life.Got.Nothing() ->
                assertThat(known(key)).as("%s is not there", key).contains(Optional.empty());
            case FleetWorld.Life.Got.Whole(byte[] bytes) -> {
                read++;
                assertThat(known(key).stream().flatMap(Optional::stream).anyMatch(may -> Arrays.equals(may, bytes)))
                        .as("%s holds what was written last", key)
                        .isTrue();
            }
            case FleetWorld.Life.Got.Failed(byte[] bytes, String _) -> {
                failed++;
                assertThat(known(key).stream()
                                .flatMap(Optional::stream)
                                .anyMatch(may -> Arrays.equals(Arrays.copyOf(may, bytes.length), bytes)))
                        .as("%s begins like what was written last", key)
                        .isTrue();
            }
        }
    }

    private Member any() {
        return world.members.get(world.random(world.members.size()));
    }

    private void happen() {
        var member = any();
        switch (world.random(14)) {
            case 0, 1 -> goForGood(member);
            case 2, 3 -> {
                if (member.attached) {
                    world.detach(member);
                }
            }
            case 4, 5 -> {
                if (!member.attached && !member.dead) {
                    world.attach(member);
                }
            }
            case 6 -> world.life.apply(new FleetCommand.Drain(world.stamp(), member.id, world.random(3) > 0));
            case 7 -> {
                if (world.members.size() < world.scheme.shards() + 4) {
                    world.add();
                }
            }
            case 8 -> rot(member);
            case 9 -> member.store.delay = Duration.ofMillis(world.random(3_000));
            case 10 -> world.life.network.faults().separate(new NodeId("host"), member.node);
            case 11 -> world.life.network.faults().heal();
            case 12 -> breakStore(member);
            default -> heal(member);
        }
    }

    private void breakStore(Member member) {
        switch (world.random(4)) {
            case 0 -> member.store.flipsBits = true;
            case 1 -> member.store.refusesReads = true;
            case 2 -> member.store.medium.limit(world.random(500_000));
            default -> member.store.medium.fence();
        }
    }

    private void heal(Member member) {
        member.store.flipsBits = false;
        member.store.refusesReads = false;
        member.store.delay = Duration.ZERO;
        member.store.medium.limit(Long.MAX_VALUE / 4);
    }

    /// Whether one more disk may lose something.
    private boolean mayExpose(Member member) {
        if (!exposed.isEmpty() && world.life.flaws().isEmpty()) {
            exposed.clear();
        }
        exposed.add(member.id);
        if (exposed.size() > world.scheme.parityShards()) {
            exposed.remove(member.id);
            return false;
        }
        return true;
    }

    private void goForGood(Member member) {
        long useful = world.members.stream()
                .filter(other -> !other.dead && role(other) == FleetDisk.Role.ACTIVE)
                .count();
        if (!member.dead && useful > world.scheme.shards() && mapSurvives(member) && mayExpose(member)) {
            member.dead = true;
            if (member.attached) {
                world.detach(member);
            }
        }
    }

    /// While most disks are away the map may be on few, or on one.
    private boolean mapSurvives(Member member) {
        var holders = world.life.store.holders();
        long alive = holders.stream()
                .filter(holder -> !holder.equals(member.id) && !world.member(holder).dead)
                .count();
        return alive * 2 > holders.size();
    }

    private FleetDisk.Role role(Member member) {
        return world.life.store.map().disk(member.id).orElseThrow().role();
    }

    private void rot(Member member) {
        // What rots before it is committed nobody looks at: then one disk more would be too many.
        var referenced = world.life.referenced().stream().map(BlockRef::id).toList();
        var shards = member.shards().stream()
                .filter(shard -> referenced.contains(shard.block()))
                .toList();
        if (shards.isEmpty() || !mayExpose(member)) {
            return;
        }
        for (int i = 1 + world.random(3); i > 0; i--) {
            var shard = shards.get(world.random(shards.size()));
            if (world.random(3) == 0) {
                member.store.inner.delete(shard).await();
            } else {
                member.store.rot(shard);
            }
        }
    }

    /// Everything comes back but what went for good, and then nothing may be missing.
    private void end() {
        if (world.random(4) == 0) {
            for (var member : world.members) {
                if (!member.attached && !member.dead) {
                    world.attach(member);
                }
            }
            world.life.network.faults().heal();
        } else {
            restart();
        }
        world.members.forEach(this::heal);
        restart();
        for (var member : world.members) {
            if (role(member) == FleetDisk.Role.DRAINING && world.random(2) == 0) {
                world.life.apply(new FleetCommand.Drain(world.stamp(), member.id, false));
            }
        }
        long useful = world.members.stream()
                .filter(other -> !other.dead && role(other) == FleetDisk.Role.ACTIVE)
                .count();
        if (useful < world.scheme.shards()) {
            for (var member : world.members) {
                world.life.apply(new FleetCommand.Drain(world.stamp(), member.id, false));
            }
        }
        var flaws = flaws();
        for (long waited = 0; !flaws.isEmpty() && waited < HEALED_WITHIN.toSeconds(); waited += 20) {
            tasks.sleep(Duration.ofSeconds(20));
            flaws = flaws();
            if (Boolean.getBoolean("histories.verbose")) {
                tell(waited, flaws);
            }
        }
        assertThat(flaws).as("repair %s", world.life.repair.progress()).isEmpty();
        for (var entry : expected.entrySet()) {
            switch (world.life.get(entry.getKey())) {
                case FleetWorld.Life.Got.Failed(byte[] _, String why) ->
                    throw new AssertionError(entry.getKey() + " cannot be read: " + why);
                case FleetWorld.Life.Got.Nothing() ->
                    assertThat(entry.getValue()).contains(Optional.empty());
                case FleetWorld.Life.Got.Whole(byte[] bytes) ->
                    assertThat(entry.getValue().stream()
                                    .flatMap(Optional::stream)
                                    .anyMatch(may -> Arrays.equals(may, bytes)))
                            .isTrue();
            }
        }
        moved = world.life.store.map().copysets().stream()
                .mapToInt(copyset -> copyset.epoch() - 1)
                .sum();
        over = true;
    }

    private List<String> flaws() {
        var flaws = new ArrayList<>(world.life.flaws());
        flaws.addAll(world.life.leftovers());
        return flaws;
    }

    private void tell(long seconds, List<String> flaws) {
        var map = world.life.store.map();
        System.out.println(
                seconds + " s, version " + map.version() + ", " + map.copysets().size() + " copysets");
        for (var member : world.members) {
            long slots = map.copysets().stream()
                    .filter(copyset -> copyset.names(member.id))
                    .count();
            System.out.println("  " + member.id + (member.dead ? " dead " : " ") + role(member) + " " + slots);
        }
        System.out.println("  " + world.life.repair.progress() + world.life.rebalance.progress());
        flaws.stream().limit(5).forEach(flaw -> System.out.println("  " + flaw));
    }

    boolean isOver() {
        return over;
    }
}

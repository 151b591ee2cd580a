package io.flywheel.storage;

import io.flywheel.base.BlockId;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.ShardId;
import io.flywheel.base.Transport.Terms;
import io.flywheel.shardstore.ShardStore;
import io.flywheel.storage.ShardRequest.Part;
import io.flywheel.storage.ShardRequest.Target;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// The headers of the shard protocol, version 1, as bytes. All numbers are little-endian.
///
/// ```
///  request:   operation u8 | disk (high u64, low u64) | what the operation takes
///    shard    copyset u32 | lease u64 | counter u64 | slot u8
///    target   epoch u64 | shard
///
///     1 put         target                          9 delete       target
///     2 put all     count u16 | (target, bytes u32) 10 delete all   count u16 | targets
///     3 open        session u64 | target            11 enumerate    limit u16 | shard
///     4 append      session u64 | offset u64        12 flush        –
///     5 seal        session u64 | length u64        13 reclaim      –
///     6 abort       session u64                     14 reclamation  –
///     7 get         shard | offset u64              15 space        –
///     8 length      shard                           16 health       –
///    17 fence       copyset u32 | epoch u64         18 disks        – (the disk is zero)
///
///  answer:    kind u8 | what it tells
///    text     length u16 | UTF-8, at most 1000 bytes
///    load     requests a second f64 | latency in ns f64 | requests u64 | bytes u64
///
///     1 done        –                               11 failed       text
///     2 taken       –                               12 length is    u64
///     3 full        –                               13 unreadable   damaged u8 | text
///     4 fenced      text                            14 shards       count u16 | shards
///     5 stale       copyset u32 | epoch u64         15 reclaimed    more u8
///     6 lost        text                            16 reclamation  moved u64 | pressure f64
///     7 no session  text                            17 space        total, used, garbage, free u64
///     8 found       –                               18 health       text | count u8 | texts | in flight u32 |
///     9 missing     –                                               loads of reads and writes
///    10 corrupt     text                            19 disks        count u16 | (high u64, low u64)
///    20 no such disk –                              21 misused      text
/// ```
///
/// A header ends where its fields do. Any bytes decode to a value or to {@link Malformed}; what is allocated is
/// at most a small multiple of the header.
final class ShardProtocol {
    static final String NAME = "shards";
    static final int VERSION = 1;

    private static final int TEXT_BYTES_MAX = 1000;
    private static final int REQUEST_BYTES = 64;
    private static final int SHARD_BYTES = 21;

    private ShardProtocol() {}

    /// What both sides of a connection say.
    static Terms terms(FleetId fleet) {
        return new Terms(fleet, NAME, VERSION, VERSION);
    }

    /// Bytes that are no header of this version.
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    static byte[] encode(ShardRequest request) {
        int more = switch (request) {
            case ShardRequest.PutAll(var _, var parts) -> parts.size() * (12 + SHARD_BYTES);
            case ShardRequest.DeleteAll(var _, var targets) -> targets.size() * (8 + SHARD_BYTES);
            default -> 0;
        };
        var bytes = new byte[REQUEST_BYTES + more];
        var out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) operation(request));
        disk(request.disk(), out);
        switch (request) {
            case ShardRequest.Put(var _, var target) -> target(target, out);
            case ShardRequest.PutAll(var _, var parts) -> {
                out.putShort((short) parts.size());
                for (var part : parts) {
                    target(part.target(), out);
                    out.putInt(part.bytes());
                }
            }
            case ShardRequest.Open(var _, long session, var target) -> target(target, out.putLong(session));
            case ShardRequest.Append(var _, long session, long offset) ->
                out.putLong(session).putLong(offset);
            case ShardRequest.Seal(var _, long session, long length) ->
                out.putLong(session).putLong(length);
            case ShardRequest.Abort(var _, long session) -> out.putLong(session);
            case ShardRequest.Get(var _, var shard, long offset) -> {
                shard(shard, out);
                out.putLong(offset);
            }
            case ShardRequest.Length(var _, var shard) -> shard(shard, out);
            case ShardRequest.Delete(var _, var target) -> target(target, out);
            case ShardRequest.DeleteAll(var _, var targets) -> {
                out.putShort((short) targets.size());
                targets.forEach(target -> target(target, out));
            }
            case ShardRequest.Enumerate(var _, var from, int limit) -> shard(from, out.putShort((short) limit));
            case ShardRequest.Fence(var _, int copyset, long epoch) ->
                out.putInt(copyset).putLong(epoch);
            case ShardRequest.Flush _,
                    ShardRequest.Reclaim _,
                    ShardRequest.Reclamation _,
                    ShardRequest.Space _,
                    ShardRequest.Health _,
                    ShardRequest.Disks _ -> {}
        }
        return out.hasRemaining() ? Arrays.copyOf(bytes, out.position()) : bytes;
    }

    private static int operation(ShardRequest request) {
        return switch (request) {
            case ShardRequest.Put _ -> 1;
            case ShardRequest.PutAll _ -> 2;
            case ShardRequest.Open _ -> 3;
            case ShardRequest.Append _ -> 4;
            case ShardRequest.Seal _ -> 5;
            case ShardRequest.Abort _ -> 6;
            case ShardRequest.Get _ -> 7;
            case ShardRequest.Length _ -> 8;
            case ShardRequest.Delete _ -> 9;
            case ShardRequest.DeleteAll _ -> 10;
            case ShardRequest.Enumerate _ -> 11;
            case ShardRequest.Flush _ -> 12;
            case ShardRequest.Reclaim _ -> 13;
            case ShardRequest.Reclamation _ -> 14;
            case ShardRequest.Space _ -> 15;
            case ShardRequest.Health _ -> 16;
            case ShardRequest.Fence _ -> 17;
            case ShardRequest.Disks _ -> 18;
        };
    }

    static ShardRequest decodeRequest(byte[] header) throws Malformed {
        var in = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        try {
            int operation = in.get();
            var disk = disk(in);
            var request = request(operation, disk, in);
            end(in);
            return request;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw malformed(e);
        }
    }

    private static ShardRequest request(int operation, DiskId disk, ByteBuffer in) throws Malformed {
        return switch (operation) {
            case 1 -> new ShardRequest.Put(disk, target(in));
            case 2 -> {
                int count = count(in, 12 + SHARD_BYTES);
                List<Part> parts = new ArrayList<>(count);
                for (int index = 0; index < count; index++) {
                    parts.add(new Part(target(in), in.getInt()));
                }
                yield new ShardRequest.PutAll(disk, parts);
            }
            case 3 -> new ShardRequest.Open(disk, in.getLong(), target(in));
            case 4 -> new ShardRequest.Append(disk, in.getLong(), in.getLong());
            case 5 -> new ShardRequest.Seal(disk, in.getLong(), in.getLong());
            case 6 -> new ShardRequest.Abort(disk, in.getLong());
            case 7 -> new ShardRequest.Get(disk, shard(in), in.getLong());
            case 8 -> new ShardRequest.Length(disk, shard(in));
            case 9 -> new ShardRequest.Delete(disk, target(in));
            case 10 -> {
                int count = count(in, 8 + SHARD_BYTES);
                List<Target> targets = new ArrayList<>(count);
                for (int index = 0; index < count; index++) {
                    targets.add(target(in));
                }
                yield new ShardRequest.DeleteAll(disk, targets);
            }
            case 11 -> {
                int limit = Short.toUnsignedInt(in.getShort());
                yield new ShardRequest.Enumerate(disk, shard(in), limit);
            }
            case 12 -> new ShardRequest.Flush(disk);
            case 13 -> new ShardRequest.Reclaim(disk);
            case 14 -> new ShardRequest.Reclamation(disk);
            case 15 -> new ShardRequest.Space(disk);
            case 16 -> new ShardRequest.Health(disk);
            case 17 -> new ShardRequest.Fence(disk, in.getInt(), in.getLong());
            case 18 -> {
                if (!disk.equals(ShardRequest.NO_DISK)) {
                    throw new Malformed("a disk where none is asked for");
                }
                yield new ShardRequest.Disks();
            }
            default -> throw new Malformed("operation " + operation);
        };
    }

    static byte[] encode(ShardAnswer answer) {
        var bytes = new byte[answerBytesMax(answer)];
        var out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) kind(answer));
        switch (answer) {
            case ShardAnswer.Fenced(var reason) -> text(reason, out);
            case ShardAnswer.Stale(int copyset, long epoch) ->
                out.putInt(copyset).putLong(epoch);
            case ShardAnswer.Lost(var reason) -> text(reason, out);
            case ShardAnswer.NoSession(var reason) -> text(reason, out);
            case ShardAnswer.Corrupt(var where) -> text(where, out);
            case ShardAnswer.Failed(var reason) -> text(reason, out);
            case ShardAnswer.LengthIs(long length) -> out.putLong(length);
            case ShardAnswer.Unreadable(boolean damaged, var message) -> text(message, flag(damaged, out));
            case ShardAnswer.Shards(var shards) -> {
                out.putShort((short) shards.size());
                shards.forEach(shard -> shard(shard, out));
            }
            case ShardAnswer.Reclaimed(boolean more) -> flag(more, out);
            case ShardAnswer.ReclamationIs(var reclamation) ->
                out.putLong(reclamation.movedBytes()).putDouble(reclamation.pressure());
            case ShardAnswer.SpaceIs(var space) ->
                out.putLong(space.totalBytes())
                        .putLong(space.usedBytes())
                        .putLong(space.garbageBytes())
                        .putLong(space.freeBytes());
            case ShardAnswer.HealthIs(var health) -> health(health, out);
            case ShardAnswer.DisksAre(var disks) -> {
                out.putShort((short) disks.size());
                disks.forEach(disk -> disk(disk, out));
            }
            case ShardAnswer.Misused(var message) -> text(message, out);
            case ShardAnswer.Done _,
                    ShardAnswer.Taken _,
                    ShardAnswer.Full _,
                    ShardAnswer.Found _,
                    ShardAnswer.Missing _,
                    ShardAnswer.NoSuchDisk _ -> {}
        }
        return out.hasRemaining() ? Arrays.copyOf(bytes, out.position()) : bytes;
    }

    private static int answerBytesMax(ShardAnswer answer) {
        return switch (answer) {
            case ShardAnswer.Done _, ShardAnswer.Taken _, ShardAnswer.Found _ -> 1;
            case ShardAnswer.Shards(var shards) -> 3 + shards.size() * SHARD_BYTES;
            case ShardAnswer.DisksAre(var disks) -> 3 + disks.size() * 16;
            case ShardAnswer.HealthIs(var health) -> 128 + (1 + health.damage().size()) * (2 + TEXT_BYTES_MAX);
            default -> 64 + TEXT_BYTES_MAX;
        };
    }

    private static int kind(ShardAnswer answer) {
        return switch (answer) {
            case ShardAnswer.Done _ -> 1;
            case ShardAnswer.Taken _ -> 2;
            case ShardAnswer.Full _ -> 3;
            case ShardAnswer.Fenced _ -> 4;
            case ShardAnswer.Stale _ -> 5;
            case ShardAnswer.Lost _ -> 6;
            case ShardAnswer.NoSession _ -> 7;
            case ShardAnswer.Found _ -> 8;
            case ShardAnswer.Missing _ -> 9;
            case ShardAnswer.Corrupt _ -> 10;
            case ShardAnswer.Failed _ -> 11;
            case ShardAnswer.LengthIs _ -> 12;
            case ShardAnswer.Unreadable _ -> 13;
            case ShardAnswer.Shards _ -> 14;
            case ShardAnswer.Reclaimed _ -> 15;
            case ShardAnswer.ReclamationIs _ -> 16;
            case ShardAnswer.SpaceIs _ -> 17;
            case ShardAnswer.HealthIs _ -> 18;
            case ShardAnswer.DisksAre _ -> 19;
            case ShardAnswer.NoSuchDisk _ -> 20;
            case ShardAnswer.Misused _ -> 21;
        };
    }

    static ShardAnswer decodeAnswer(byte[] header) throws Malformed {
        var in = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        try {
            var answer = answer(in.get(), in);
            end(in);
            return answer;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw malformed(e);
        }
    }

    private static ShardAnswer answer(int kind, ByteBuffer in) throws Malformed {
        return switch (kind) {
            case 1 -> new ShardAnswer.Done();
            case 2 -> new ShardAnswer.Taken();
            case 3 -> new ShardAnswer.Full();
            case 4 -> new ShardAnswer.Fenced(text(in));
            case 5 -> new ShardAnswer.Stale(in.getInt(), in.getLong());
            case 6 -> new ShardAnswer.Lost(text(in));
            case 7 -> new ShardAnswer.NoSession(text(in));
            case 8 -> new ShardAnswer.Found();
            case 9 -> new ShardAnswer.Missing();
            case 10 -> new ShardAnswer.Corrupt(text(in));
            case 11 -> new ShardAnswer.Failed(text(in));
            case 12 -> new ShardAnswer.LengthIs(in.getLong());
            case 13 -> new ShardAnswer.Unreadable(flag(in), text(in));
            case 14 -> {
                int count = count(in, SHARD_BYTES);
                List<ShardId> shards = new ArrayList<>(count);
                for (int index = 0; index < count; index++) {
                    shards.add(shard(in));
                }
                yield new ShardAnswer.Shards(shards);
            }
            case 15 -> new ShardAnswer.Reclaimed(flag(in));
            case 16 -> new ShardAnswer.ReclamationIs(new ShardStore.Reclamation(in.getLong(), in.getDouble()));
            case 17 ->
                new ShardAnswer.SpaceIs(new ShardStore.Space(in.getLong(), in.getLong(), in.getLong(), in.getLong()));
            case 18 -> new ShardAnswer.HealthIs(health(in));
            case 19 -> {
                int count = count(in, 16);
                List<DiskId> disks = new ArrayList<>(count);
                for (int index = 0; index < count; index++) {
                    disks.add(disk(in));
                }
                yield new ShardAnswer.DisksAre(disks);
            }
            case 20 -> new ShardAnswer.NoSuchDisk();
            case 21 -> new ShardAnswer.Misused(text(in));
            default -> throw new Malformed("answer " + kind);
        };
    }

    private static Malformed malformed(RuntimeException cause) {
        return new Malformed(
                cause instanceof BufferUnderflowException ? "it ends early" : String.valueOf(cause.getMessage()));
    }

    private static void end(ByteBuffer in) throws Malformed {
        if (in.hasRemaining()) {
            throw new Malformed(in.remaining() + " bytes too many");
        }
    }

    /// How many elements follow, each of at least so many bytes: more than the rest can hold is refused.
    private static int count(ByteBuffer in, int elementBytes) throws Malformed {
        int count = Short.toUnsignedInt(in.getShort());
        if (count > in.remaining() / elementBytes) {
            throw new Malformed("it ends early");
        }
        return count;
    }

    private static void disk(DiskId disk, ByteBuffer out) {
        out.putLong(disk.high()).putLong(disk.low());
    }

    private static DiskId disk(ByteBuffer in) {
        long high = in.getLong();
        return new DiskId(new UUID(high, in.getLong()));
    }

    private static void shard(ShardId shard, ByteBuffer out) {
        var block = shard.block();
        out.putInt(block.copyset()).putLong(block.lease()).putLong(block.counter());
        out.put((byte) shard.slot());
    }

    private static ShardId shard(ByteBuffer in) {
        var block = new BlockId(in.getInt(), in.getLong(), in.getLong());
        return new ShardId(block, in.get());
    }

    private static void target(Target target, ByteBuffer out) {
        shard(target.shard(), out.putLong(target.epoch()));
    }

    private static Target target(ByteBuffer in) {
        long epoch = in.getLong();
        return new Target(shard(in), epoch);
    }

    private static ByteBuffer flag(boolean value, ByteBuffer out) {
        return out.put((byte) (value ? 1 : 0));
    }

    private static boolean flag(ByteBuffer in) throws Malformed {
        int value = in.get();
        if (value != 0 && value != 1) {
            throw new Malformed("flag " + value);
        }
        return value == 1;
    }

    private static void text(String text, ByteBuffer out) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, TEXT_BYTES_MAX);
        out.putShort((short) length).put(bytes, 0, length);
    }

    private static String text(ByteBuffer in) throws Malformed {
        int length = Short.toUnsignedInt(in.getShort());
        if (length > TEXT_BYTES_MAX || length > in.remaining()) {
            throw new Malformed("a text of " + length + " bytes");
        }
        var bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void health(DiskHealth health, ByteBuffer out) {
        text(health.fenced(), out);
        out.put((byte) health.damage().size());
        health.damage().forEach(line -> text(line, out));
        out.putInt(health.heat().inFlight());
        load(health.heat().reads(), out);
        load(health.heat().writes(), out);
    }

    private static DiskHealth health(ByteBuffer in) throws Malformed {
        var fenced = text(in);
        int count = in.get();
        if (count < 0 || count > DiskHealth.DAMAGE_MAX) {
            throw new Malformed(count + " lines of damage");
        }
        List<String> damage = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            damage.add(text(in));
        }
        return new DiskHealth(fenced, damage, new DiskHeat(in.getInt(), load(in), load(in)));
    }

    private static void load(DiskHeat.Load load, ByteBuffer out) {
        out.putDouble(load.perSecond()).putDouble(load.latencyNanos());
        out.putLong(load.requests()).putLong(load.bytes());
    }

    private static DiskHeat.Load load(ByteBuffer in) {
        return new DiskHeat.Load(in.getDouble(), in.getDouble(), in.getLong(), in.getLong());
    }
}

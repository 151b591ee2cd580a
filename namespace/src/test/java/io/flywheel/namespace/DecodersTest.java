package io.flywheel.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flywheel.base.Bytes;
import io.flywheel.base.simulated.SeededRandom;
import io.flywheel.namespace.keyvalue.Home;
import io.flywheel.namespace.keyvalue.KeyValues;
import io.flywheel.namespace.keyvalue.MemoryHome;
import io.flywheel.namespace.keyvalue.Reads.Row;
import io.flywheel.namespace.keyvalue.Table;
import io.flywheel.namespace.record.MalformedRecord;
import io.flywheel.namespace.record.StoredAnswer;
import io.flywheel.namespace.record.StoredBucket;
import io.flywheel.namespace.record.StoredCommand;
import io.flywheel.namespace.record.StoredContent;
import io.flywheel.namespace.record.StoredDeletion;
import io.flywheel.namespace.record.StoredLayout;
import io.flywheel.namespace.record.StoredNull;
import io.flywheel.namespace.record.StoredOwner;
import io.flywheel.namespace.record.StoredPart;
import io.flywheel.namespace.record.StoredSummary;
import io.flywheel.namespace.record.StoredUpload;
import io.flywheel.namespace.record.StoredVersion;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Every decoder of the namespace, fed with damaged bytes: it returns a value or says {@link MalformedRecord}, and
/// allocates no more than a small multiple of what it was given. What it returns can be stored again.
class DecodersTest {
    private static final int MUTATIONS = Integer.getInteger("fuzz.mutations", 40);

    /// An element of a list may be of one byte, and becomes an object.
    private static final int ALLOCATED_PER_BYTE = 160;

    private static final int ALLOCATED_ALWAYS = 8 << 10;

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// What becomes of bytes.
    private interface Format {
        /// Encodes the value again.
        byte[] again(byte[] bytes) throws MalformedRecord;
    }

    @Test
    void shouldReadOrRefuseWhenCommandsAreDamaged() {
        for (long seed = 1; seed <= 4; seed++) {
            damage(seed, "command", commands(seed), bytes -> StoredCommand.encode(StoredCommand.decode(bytes)));
        }
    }

    @Test
    void shouldReadOrRefuseWhenRowsAreDamaged() {
        for (long seed = 1; seed <= 4; seed++) {
            KeyValues tables = tables(seed);
            for (Table table : Table.values()) {
                List<byte[]> keys = new ArrayList<>();
                List<byte[]> values = new ArrayList<>();
                tables.range(table, new byte[0], Keys.END).forEach((key, value) -> {
                    keys.add(key);
                    values.add(value);
                });
                assertThat(keys).as("rows of %s", table).isNotEmpty();
                damage(seed, "value of " + table, values, values(table));
                damage(seed, "key of " + table, keys, keys(table));
            }
        }
    }

    private static Format values(Table table) {
        return switch (table) {
            case META, LEASES -> value -> Keys.number(Keys.number(value));
            case NULLS -> value -> StoredNull.decode(value).encode();
            case BUCKETS -> value -> StoredBucket.decode(value).encode();
            case CURRENT ->
                value -> {
                    StoredSummary.position(value);
                    StoredSummary.decode(value, Bytes.EMPTY, Commands.ALICE);
                    return value;
                };
            case VERSIONS -> value -> StoredVersion.decode(value).encode();
            case PAYLOADS -> value -> StoredContent.encode(StoredContent.decode(value));
            case UPLOADS -> value -> StoredUpload.decode(value).encode();
            case PARTS -> value -> StoredPart.decode(value).encode();
            case LAYOUTS -> value -> StoredLayout.encode(StoredLayout.decode(value));
            case BLOCKS -> value -> StoredOwner.decode(value).encode();
            case DELETIONS -> value -> StoredDeletion.encode(StoredDeletion.decode(value, 1, 2));
            case ANSWERS -> value -> StoredAnswer.decode(value).encode();
            case BUCKET_OWNERS, UPLOAD_KEYS, UPLOAD_TIMES -> value -> value;
        };
    }

    private static Format keys(Table table) {
        return switch (table) {
            case VERSIONS ->
                key -> Keys.version(
                        Keys.number(java.util.Arrays.copyOf(key, 8)), Keys.unescaped(key, 10), Keys.position(key));
            case UPLOAD_KEYS ->
                key -> {
                    Keys.unescaped(key, 26);
                    Keys.uploadAtEnd(key);
                    return key;
                };
            case UPLOAD_TIMES ->
                key -> {
                    Keys.uploadAtEnd(key);
                    return key;
                };
            case BLOCKS -> key -> Keys.block(Keys.block(key));
            case DELETIONS ->
                key -> {
                    Command.Reclaimed.Entry entry = Keys.deletion(key);
                    return Keys.deletion(entry.position(), entry.ordinal());
                };
            case META, BUCKETS, BUCKET_OWNERS, CURRENT, NULLS, PAYLOADS, UPLOADS, PARTS, LAYOUTS, ANSWERS, LEASES ->
                key -> key;
        };
    }

    private static void damage(long seed, String what, List<byte[]> intact, Format format) {
        var mutations = new Mutations(new SeededRandom(seed));
        for (byte[] bytes : intact) {
            try {
                format.again(bytes);
            } catch (MalformedRecord e) {
                throw new AssertionError("an intact " + what + " is refused", e);
            }
            for (int i = 0; i < MUTATIONS; i++) {
                decode(what + " (seed " + seed + ")", mutations.of(bytes), format);
            }
        }
    }

    private static void decode(String what, byte[] bytes, Format format) {
        try {
            long bound = ALLOCATED_ALWAYS + (long) ALLOCATED_PER_BYTE * bytes.length;
            // The first time may link code: what is allocated every time counts.
            if (allocatedBy(bytes, format) > bound) {
                assertThat(allocatedBy(bytes, format))
                        .as("bytes allocated for %s: %s", what, HexFormat.of().formatHex(bytes))
                        .isLessThan(bound);
            }
            byte[] again = format.again(bytes);
            assertThat(settled(again, format)).as("%s stored again", what).isEqualTo(again);
        } catch (MalformedRecord e) {
            // That is its answer.
        } catch (RuntimeException e) {
            throw new AssertionError(what + ": " + HexFormat.of().formatHex(bytes), e);
        }
    }

    private static long allocatedBy(byte[] bytes, Format format) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            format.again(bytes);
        } catch (MalformedRecord e) {
            // What it cost counts.
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static byte[] settled(byte[] encoded, Format format) {
        try {
            return format.again(encoded);
        } catch (MalformedRecord e) {
            throw new AssertionError(
                    "what was encoded cannot be decoded: " + HexFormat.of().formatHex(encoded), e);
        }
    }

    private static List<byte[]> commands(long seed) {
        Histories histories = new Histories(new SeededRandom(seed));
        List<byte[]> commands = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Command command = histories.next(List.of());
            histories.happened(command, new Outcome.Done());
            commands.add(StoredCommand.encode(command));
        }
        return commands;
    }

    /// The tables of the state machine after a random history, and one row of every kind that it may have left out.
    private static KeyValues tables(long seed) {
        if (!(new MemoryHome().open() instanceof Home.Opened.Open(KeyValues tables))) {
            throw new AssertionError("memory is always there");
        }
        StateMachine machine = new StateMachine(tables);
        machine.belongsTo(7);
        Histories histories = new Histories(new SeededRandom(seed));
        Queries queries = new Queries(tables, machine);
        for (int i = 1; i <= 1500; i++) {
            Command command = histories.next(queries.deletions(0, 5));
            histories.happened(command, machine.apply(i, List.of(command)).getFirst());
        }
        return tables;
    }

    /// A row's bytes can be damaged below the tables' own checksums only by a bug: then the reader is told which table.
    @Test
    void shouldNameTheTableWhenARowIsDamaged() {
        KeyValues tables = tables(1);
        Row row = tables.first(Table.BUCKETS, new byte[0], Keys.END).orElseThrow();
        row.value()[0] = 99;
        assertThatExceptionOfType(KeyValues.Broken.class)
                .isThrownBy(() -> new StateMachine(tables))
                .withMessageContaining("BUCKETS");
    }
}

package io.flywheel.namespace.record;

import io.flywheel.namespace.Command;
import io.flywheel.namespace.Command.AbortUpload;
import io.flywheel.namespace.Command.CompleteUpload;
import io.flywheel.namespace.Command.CreateBucket;
import io.flywheel.namespace.Command.CreateUpload;
import io.flywheel.namespace.Command.DeleteBucket;
import io.flywheel.namespace.Command.DeleteObject;
import io.flywheel.namespace.Command.ForgetParts;
import io.flywheel.namespace.Command.OpenLease;
import io.flywheel.namespace.Command.PutObject;
import io.flywheel.namespace.Command.PutPart;
import io.flywheel.namespace.Command.Reclaimed;
import io.flywheel.namespace.Command.SetBucketTags;
import io.flywheel.namespace.Command.SetObjectTags;
import io.flywheel.namespace.Command.SetVersioning;
import io.flywheel.namespace.Condition;
import io.flywheel.namespace.Content;
import io.flywheel.namespace.Part;
import io.flywheel.namespace.VersionSelector;
import io.flywheel.namespace.Versioning;

/// A command as the log holds it.
///
/// ```
/// version u8 = 1 | kind u8 | request fixed64 fixed64 | time signed | account | the fields of the kind, in the order
/// of the record
/// ```
public final class StoredCommand {
    private static final int FORMAT = 1;
    private static final Versioning[] VERSIONINGS = Versioning.values();

    private StoredCommand() {}

    public static byte[] encode(Command command) {
        Encoder out = new Encoder(expectedBytes(command)).u8(FORMAT);
        switch (command) {
            case CreateBucket c -> head(out, 0, c).text(c.bucket()).text(c.region());
            case DeleteBucket c -> head(out, 1, c).text(c.bucket());
            case SetVersioning c -> head(out, 2, c).text(c.bucket()).constant(c.versioning());
            case SetBucketTags c -> Fields.tags(head(out, 3, c).text(c.bucket()), c.tags());
            case PutObject c -> putObject(out, c);
            case DeleteObject c -> {
                selector(head(out, 5, c).text(c.bucket()).bytes(c.key()), c.version());
                condition(out.fixed64(c.nonce()), c.condition());
            }
            case SetObjectTags c -> {
                selector(head(out, 6, c).text(c.bucket()).bytes(c.key()), c.version());
                Fields.tags(out, c.tags());
            }
            case CreateUpload c -> {
                Fields.upload(head(out, 7, c).text(c.bucket()).bytes(c.key()), c.upload());
                Fields.attributes(out, c.attributes());
                out.optional(c.checksum(), algorithm -> Fields.algorithm(out, algorithm));
                Fields.type(out, c.checksumType());
            }
            case PutPart c -> {
                Fields.upload(head(out, 8, c).text(c.bucket()).bytes(c.key()), c.upload());
                byte[] part = new StoredPart(c.part(), false).encode();
                out.varint(c.lease()).varint(part.length).raw(part);
            }
            case CompleteUpload c -> completeUpload(out, c);
            case AbortUpload c ->
                Fields.upload(head(out, 10, c).text(c.bucket()).bytes(c.key()), c.upload());
            case OpenLease c -> head(out, 11, c).text(c.holder());
            case Reclaimed c -> {
                head(out, 12, c).varint(c.entries().size());
                c.entries().forEach(entry -> out.varint(entry.position()).varint(entry.ordinal()));
            }
            case ForgetParts c -> {
                Fields.upload(head(out, 13, c), c.upload());
                out.varint(c.numbers().size());
                c.numbers().forEach(out::varint);
            }
        }
        return out.toArray();
    }

    private static int expectedBytes(Command command) {
        return command instanceof PutObject put && put.content() instanceof Content.Inline(var bytes)
                ? 512 + bytes.length()
                : 512;
    }

    private static Encoder head(Encoder out, int kind, Command command) {
        Command.Stamp stamp = command.stamp();
        return out.u8(kind)
                .fixed64(stamp.requestHigh())
                .fixed64(stamp.requestLow())
                .signed(stamp.unixMillis())
                .account(stamp.account());
    }

    private static void putObject(Encoder out, PutObject c) {
        head(out, 4, c).text(c.bucket()).bytes(c.key()).fixed64(c.nonce()).varint(c.lease());
        condition(out, c.condition());
        out.varint(c.sizeBytes()).etag(c.etag());
        out.optional(c.checksum(), checksum -> Fields.checksum(out, checksum));
        Fields.attributes(out, c.attributes());
        Fields.content(out, c.content());
    }

    private static void completeUpload(Encoder out, CompleteUpload c) {
        Fields.upload(head(out, 9, c).text(c.bucket()).bytes(c.key()), c.upload());
        out.varint(c.parts().size());
        c.parts().forEach(part -> out.varint(part.number()).etag(part.etag()).optional(part.checksum(), out::bytes));
        condition(out.fixed64(c.nonce()), c.condition());
        out.optional(c.checksum(), out::bytes).optional(c.sizeBytes(), out::signed);
    }

    /// flag for none; otherwise match optional, none-match flag, modified optional, size optional
    private static void condition(Encoder out, Condition condition) {
        boolean given = !condition.equals(Condition.NONE);
        out.flag(given);
        if (given) {
            out.optional(condition.ifMatch(), out::text).flag(condition.ifNoneMatch());
            out.optional(condition.ifModifiedAt(), out::signed).optional(condition.ifSize(), out::signed);
        }
    }

    private static Condition condition(Decoder in) throws MalformedRecord {
        return in.flag()
                ? new Condition(
                        in.optional(Decoder::text),
                        in.flag(),
                        in.optional(Decoder::signed),
                        in.optional(Decoder::signed))
                : Condition.NONE;
    }

    private static void selector(Encoder out, VersionSelector selector) {
        switch (selector) {
            case VersionSelector.Current() -> out.u8(0);
            case VersionSelector.Null() -> out.u8(1);
            case VersionSelector.Exactly(var id) -> Fields.version(out.u8(2), id);
        }
    }

    private static VersionSelector selector(Decoder in) throws MalformedRecord {
        return switch (in.u8()) {
            case 0 -> VersionSelector.CURRENT;
            case 1 -> VersionSelector.NULL;
            case 2 -> new VersionSelector.Exactly(Fields.version(in));
            default -> throw new MalformedRecord("an unknown kind of version selector");
        };
    }

    public static Command decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        int kind = in.u8();
        Command.Stamp stamp = new Command.Stamp(in.fixed64(), in.fixed64(), in.signed(), in.account());
        Command command = fields(in, kind, stamp);
        in.end();
        return command;
    }

    private static Command fields(Decoder in, int kind, Command.Stamp stamp) throws MalformedRecord {
        return switch (kind) {
            case 0 -> new CreateBucket(stamp, in.text(), in.text());
            case 1 -> new DeleteBucket(stamp, in.text());
            case 2 -> new SetVersioning(stamp, in.text(), in.constant(VERSIONINGS));
            case 3 -> new SetBucketTags(stamp, in.text(), Fields.tags(in));
            case 4 ->
                new PutObject(
                        stamp,
                        in.text(),
                        in.bytes(),
                        in.fixed64(),
                        in.size(),
                        condition(in),
                        in.size(),
                        in.etag(),
                        in.optional(Fields::checksum),
                        Fields.attributes(in),
                        Fields.content(in));
            case 5 -> new DeleteObject(stamp, in.text(), in.bytes(), selector(in), in.fixed64(), condition(in));
            case 6 -> new SetObjectTags(stamp, in.text(), in.bytes(), selector(in), Fields.tags(in));
            case 7 ->
                new CreateUpload(
                        stamp,
                        in.text(),
                        in.bytes(),
                        Fields.upload(in),
                        Fields.attributes(in),
                        in.optional(Fields::algorithm),
                        Fields.type(in));
            case 8 -> new PutPart(stamp, in.text(), in.bytes(), Fields.upload(in), in.size(), part(in));
            case 9 ->
                new CompleteUpload(
                        stamp,
                        in.text(),
                        in.bytes(),
                        Fields.upload(in),
                        in.list(StoredCommand::listedPart),
                        in.fixed64(),
                        condition(in),
                        in.optional(Decoder::bytes),
                        in.optional(Decoder::signed));
            case 10 -> new AbortUpload(stamp, in.text(), in.bytes(), Fields.upload(in));
            case 11 -> new OpenLease(stamp, in.text());
            case 12 ->
                new Reclaimed(
                        stamp, in.list(entry -> new Reclaimed.Entry(entry.varint(), entry.count(Integer.MAX_VALUE))));
            case 13 -> new ForgetParts(stamp, Fields.upload(in), in.list(number -> number.count(Integer.MAX_VALUE)));
            default -> throw new MalformedRecord("an unknown kind of command: " + kind);
        };
    }

    private static Part part(Decoder in) throws MalformedRecord {
        StoredPart stored = StoredPart.decode(in.raw(in.count(in.remaining())));
        if (stored.elsewhere()) {
            throw new MalformedRecord("a part without its content");
        }
        return stored.part();
    }

    private static CompleteUpload.ListedPart listedPart(Decoder in) throws MalformedRecord {
        return new CompleteUpload.ListedPart(in.count(Integer.MAX_VALUE), in.etag(), in.optional(Decoder::bytes));
    }
}

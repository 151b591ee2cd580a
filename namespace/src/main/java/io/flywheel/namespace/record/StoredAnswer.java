package io.flywheel.namespace.record;

import io.flywheel.namespace.Outcome;
import io.flywheel.namespace.Version;
import io.flywheel.namespace.Versioning;

/// What was answered to a recent request. Refusals are not remembered, and of an object neither attributes nor content.
///
/// ```
/// version u8 = 1 | request fixed64 fixed64 | position fixed64 | kind u8 and its fields
/// ```
public record StoredAnswer(long requestHigh, long requestLow, long position, Outcome outcome) {
    private static final int FORMAT = 1;
    private static final Versioning[] VERSIONINGS = Versioning.values();

    public byte[] encode() {
        Encoder out = new Encoder(128)
                .u8(FORMAT)
                .fixed64(requestHigh)
                .fixed64(requestLow)
                .fixed64(position);
        switch (outcome) {
            case Outcome.Done() -> out.u8(0);
            case Outcome.ObjectPut(var version, var versioning) -> {
                byte[] stored = new StoredVersion(version, false).encode();
                out.u8(1).varint(stored.length).raw(stored).constant(versioning);
            }
            case Outcome.ObjectDeleted(var marker, var deleted, var deletedNull) -> {
                out.u8(2).optional(marker, present -> {
                    byte[] stored = new StoredVersion(present, false).encode();
                    out.varint(stored.length).raw(stored);
                });
                out.optional(deleted, id -> Fields.version(out, id)).flag(deletedNull);
            }
            case Outcome.TagsSet(var version, var isNull, var versioning) -> {
                Fields.version(out.u8(3), version);
                out.flag(isNull).constant(versioning);
            }
            case Outcome.LeaseOpened(long lease) -> out.u8(4).varint(lease);
            case Outcome.Refused _ -> throw new IllegalArgumentException("refusals are not remembered");
        }
        return out.toArray();
    }

    public static StoredAnswer decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        long requestHigh = in.fixed64();
        long requestLow = in.fixed64();
        long position = in.fixed64();
        Outcome outcome = switch (in.u8()) {
            case 0 -> new Outcome.Done();
            case 1 -> new Outcome.ObjectPut(object(in), in.constant(VERSIONINGS));
            case 2 ->
                new Outcome.ObjectDeleted(in.optional(StoredAnswer::marker), in.optional(Fields::version), in.flag());
            case 3 -> new Outcome.TagsSet(Fields.version(in), in.flag(), in.constant(VERSIONINGS));
            case 4 -> new Outcome.LeaseOpened(in.size());
            default -> throw new MalformedRecord("an unknown kind of answer");
        };
        in.end();
        return new StoredAnswer(requestHigh, requestLow, position, outcome);
    }

    private static Version.ObjectVersion object(Decoder in) throws MalformedRecord {
        if (StoredVersion.decode(in.raw(in.count(in.remaining()))).version() instanceof Version.ObjectVersion object) {
            return object;
        }
        throw new MalformedRecord("a delete marker where an object is expected");
    }

    private static Version.DeleteMarker marker(Decoder in) throws MalformedRecord {
        if (StoredVersion.decode(in.raw(in.count(in.remaining()))).version() instanceof Version.DeleteMarker marker) {
            return marker;
        }
        throw new MalformedRecord("an object where a delete marker is expected");
    }
}

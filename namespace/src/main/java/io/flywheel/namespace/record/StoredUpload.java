package io.flywheel.namespace.record;

import io.flywheel.base.Bytes;
import io.flywheel.namespace.AccountId;
import io.flywheel.namespace.Upload;
import io.flywheel.namespace.UploadId;

/// An upload, also after it was completed or is gone: until its parts were deleted.
///
/// ```
/// version u8 = 1 | bucket's id fixed64 | gone flag | id | bucket | key | owner | begun signed | attributes
/// | checksum algorithm optional | checksum type u8 | completed version optional
/// ```
///
/// @param gone aborted, or its version was removed: its parts wait to be deleted
public record StoredUpload(long bucketId, boolean gone, Upload upload) {
    private static final int FORMAT = 1;

    public boolean inProgress() {
        return !gone && upload.completed().isEmpty();
    }

    public byte[] encode() {
        Encoder out = new Encoder(256).u8(FORMAT).fixed64(bucketId).flag(gone);
        Fields.upload(out, upload.id());
        out.text(upload.bucket()).bytes(upload.key()).account(upload.owner()).signed(upload.begunMillis());
        Fields.attributes(out, upload.attributes());
        out.optional(upload.checksum(), algorithm -> Fields.algorithm(out, algorithm));
        Fields.type(out, upload.checksumType());
        out.optional(upload.completed(), version -> Fields.version(out, version));
        return out.toArray();
    }

    public static StoredUpload decode(byte[] bytes) throws MalformedRecord {
        Decoder in = new Decoder(bytes).version(FORMAT);
        long bucketId = in.fixed64();
        boolean gone = in.flag();
        UploadId id = Fields.upload(in);
        String bucket = in.text();
        Bytes key = in.bytes();
        AccountId owner = in.account();
        Upload upload = new Upload(
                id,
                bucket,
                key,
                owner,
                in.signed(),
                Fields.attributes(in),
                in.optional(Fields::algorithm),
                Fields.type(in),
                in.optional(Fields::version));
        in.end();
        return new StoredUpload(bucketId, gone, upload);
    }
}

package io.flywheel.namespace.keyvalue;

/// The tables of the namespace. {@code bucket} is a bucket's internal id (8 bytes), {@code key*} an escaped key and its
/// terminator, {@code ~n} a number that sorts falling; numbers are big-endian.
public enum Table {
    /// name -> number: the applied position, the log's identity, how many buckets each account has.
    META,
    /// bucket name -> bucket.
    BUCKETS,
    /// owner, bucket name -> nothing.
    BUCKET_OWNERS,
    /// bucket, key -> summary of the live object: what listing reads.
    CURRENT,
    /// bucket, key*, ~position -> version.
    VERSIONS,
    /// bucket, key -> which version is the null version.
    NULLS,
    /// 'v', position, or 'p', upload, part number -> content that is too large to travel in its record.
    PAYLOADS,
    /// upload -> upload.
    UPLOADS,
    /// bucket, key*, begun, upload -> nothing, for uploads in progress.
    UPLOAD_KEYS,
    /// begun, upload -> nothing, for uploads in progress.
    UPLOAD_TIMES,
    /// upload, part number -> part.
    PARTS,
    /// upload -> layout of the object it became.
    LAYOUTS,
    /// block -> owner.
    BLOCKS,
    /// position, ordinal -> what waits to be deleted.
    DELETIONS,
    /// position modulo what is remembered -> request and its answer.
    ANSWERS,
    /// holder -> its one open lease.
    LEASES
}

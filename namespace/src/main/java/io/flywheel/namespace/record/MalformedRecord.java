package io.flywheel.namespace.record;

/// Bytes that are no record of the expected format: damage, or a format of a later release.
public final class MalformedRecord extends Exception {
    private static final long serialVersionUID = 1;

    public MalformedRecord(String what) {
        super(what);
    }
}

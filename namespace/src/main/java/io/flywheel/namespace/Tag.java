package io.flywheel.namespace;

/// One tag of a bucket or an object.
public record Tag(String key, String value) {}

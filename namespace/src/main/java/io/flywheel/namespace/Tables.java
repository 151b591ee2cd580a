package io.flywheel.namespace;

import io.flywheel.namespace.keyvalue.KeyValues;

/// The tables on one disk and what answers from them.
record Tables(
        NamespaceDisk disk,
        KeyValues values,
        StateMachine machine,
        Lookups lookups,
        Queries queries,
        Listing listing,
        VersionListing versionListing,
        UploadListing uploadListing) {
    static Tables of(NamespaceDisk disk, KeyValues values, StateMachine machine, long cacheBytes) {
        return new Tables(
                disk,
                values,
                machine,
                new Lookups(values, machine, cacheBytes),
                new Queries(values, machine),
                new Listing(values),
                new VersionListing(values),
                new UploadListing(values));
    }
}

package io.flywheel.frontend.s3;

import io.flywheel.base.Bytes;
import io.flywheel.frontend.http.Headers;
import io.flywheel.frontend.s3.error.S3Error;
import io.flywheel.namespace.Attributes;
import io.flywheel.namespace.Tag;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What headers say about an object besides its bytes, and back.
final class ObjectAttributes {
    static final String META = "x-amz-meta-";
    static final String STANDARD = "STANDARD";
    static final String WEBSITE_REDIRECT = "x-amz-website-redirect-location";
    private static final int META_BYTES_MAX = 2 << 10;
    private static final List<String> SYSTEM = List.of(
            "cache-control",
            "content-disposition",
            "content-encoding",
            "content-language",
            "content-type",
            "expires",
            WEBSITE_REDIRECT);
    private static final Set<String> STORAGE_CLASSES = Set.of(
            STANDARD,
            "REDUCED_REDUNDANCY",
            "STANDARD_IA",
            "ONEZONE_IA",
            "INTELLIGENT_TIERING",
            "GLACIER",
            "DEEP_ARCHIVE",
            "GLACIER_IR");

    private ObjectAttributes() {}

    /// @throws io.flywheel.frontend.s3.error.S3Failure MetadataTooLarge, InvalidStorageClass, InvalidTag and others
    static Attributes read(Headers headers) {
        return new Attributes(system(headers), user(headers), tags(headers), storageClass(headers));
    }

    static List<Attributes.Header> system(Headers headers) {
        List<Attributes.Header> system = new ArrayList<>();
        for (String name : SYSTEM) {
            Optional<String> value = headers.first(name);
            if (name.equals("content-encoding")) {
                value = value.flatMap(ObjectAttributes::withoutAwsChunked);
            }
            if (name.equals("content-type") && value.isEmpty()) {
                value = Optional.of("binary/octet-stream");
            }
            if (value.isPresent() && !value.get().isEmpty()) {
                system.add(new Attributes.Header(name, value.get()));
            }
        }
        return system;
    }

    /// The form in which the payload travelled is not the object's encoding.
    private static Optional<String> withoutAwsChunked(String value) {
        if (!value.toLowerCase(Locale.ROOT).contains("aws-chunked")) {
            return Optional.of(value);
        }
        var kept = new ArrayList<String>();
        for (String encoding : value.split(",", -1)) {
            String stripped = encoding.strip();
            if (!stripped.equalsIgnoreCase("aws-chunked") && !stripped.isEmpty()) {
                kept.add(stripped);
            }
        }
        return kept.isEmpty() ? Optional.empty() : Optional.of(String.join(",", kept));
    }

    static List<Attributes.Header> user(Headers headers) {
        Map<String, String> merged = new LinkedHashMap<>();
        for (int i = 0; i < headers.size(); i++) {
            if (headers.name(i).startsWith(META)) {
                merged.merge(headers.name(i).substring(META.length()), headers.value(i), (a, b) -> a + "," + b);
            }
        }
        long size = 0;
        List<Attributes.Header> user = new ArrayList<>();
        for (var entry : merged.entrySet()) {
            // Header values hold one byte a character.
            size += entry.getKey().length() + entry.getValue().length();
            user.add(new Attributes.Header(entry.getKey(), entry.getValue()));
        }
        if (size > META_BYTES_MAX) {
            throw S3Error.METADATA_TOO_LARGE
                    .failure()
                    .with("Size", Long.toString(size))
                    .with("MaxSizeAllowed", Integer.toString(META_BYTES_MAX));
        }
        return user;
    }

    static List<Tag> tags(Headers headers) {
        return headers.first("x-amz-tagging").map(TagSets::ofHeader).orElse(List.of());
    }

    static String storageClass(Headers headers) {
        String name = headers.firstOr("x-amz-storage-class", STANDARD);
        if (!STORAGE_CLASSES.contains(name)) {
            throw S3Error.INVALID_STORAGE_CLASS.failure().with("StorageClassRequested", name);
        }
        return name;
    }

    /// Adds the headers that a read of the object answers with.
    static void write(Attributes attributes, Headers.Builder headers) {
        for (Attributes.Header header : attributes.system()) {
            headers.add(header.name(), header.value());
        }
        for (Attributes.Header header : attributes.user()) {
            headers.add(META + header.name(), header.value());
        }
        if (!attributes.storageClass().equals(STANDARD)) {
            headers.add("x-amz-storage-class", attributes.storageClass());
        }
        if (!attributes.tags().isEmpty()) {
            headers.add("x-amz-tagging-count", attributes.tags().size());
        }
    }

    /// Text as a header carries it: one character a byte.
    static String asHeader(Bytes text) {
        return new String(text.toArray(), StandardCharsets.ISO_8859_1);
    }

    /// The text of a header whose bytes are UTF-8.
    static String utf8(String headerValue) {
        return new String(headerValue.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}

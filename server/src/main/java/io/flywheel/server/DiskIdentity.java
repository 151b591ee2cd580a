package io.flywheel.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.flywheel.base.Disk;
import io.flywheel.base.DiskId;
import io.flywheel.base.FleetId;
import io.flywheel.base.Random;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// Who a disk is, in {@code disk.json}:
///
/// ```json
/// {"format": 2, "store": "32 hex digits", "disk": "32 hex digits", "extents": 8064, "extentBytes": 67108864,
///  "sectorBytes": 4096, "complete": true}
/// ```
///
/// @param format the version of the disk's layout: 1 is a store of one disk without a fleet map, whose next start
/// makes one
/// @param store the store it belongs to
/// @param disk its own name, for ever
/// @param geometry how it is cut into extents
/// @param complete whether its first start got as far as serving; before that an empty namespace is no loss
record DiskIdentity(int format, String store, String disk, Disk.Geometry geometry, boolean complete) {
    static final int FORMAT = 2;
    private static final int FORMAT_WITHOUT_FLEET_MAP = 1;
    static final String FILE = "disk.json";
    private static final int BYTES_MAX = 4096;
    private static final Pattern NAME = Pattern.compile("[0-9a-f]{32}");

    DiskIdentity {
        if (!NAME.matcher(store).matches() || !NAME.matcher(disk).matches()) {
            throw new IllegalArgumentException("store and disk are 32 hexadecimal digits each");
        }
    }

    /// A new disk of a store.
    static DiskIdentity fresh(String store, Random random, Disk.Geometry geometry) {
        return new DiskIdentity(FORMAT, store, name(random), geometry, false);
    }

    /// Names a store or a disk.
    static String name(Random random) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    DiskIdentity completed() {
        return new DiskIdentity(FORMAT, store, disk, geometry, true);
    }

    /// The canonical user id of the store's root account: 64 hexadecimal digits.
    String account() {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(store.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static DiskIdentity read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (Files.size(file) > BYTES_MAX) {
            throw new IOException(file + " is not the identity of a Flywheel disk: it is too large");
        }
        try {
            Config json = ConfigFactory.parseString(
                    Files.readString(file), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
            int format = json.getInt("format");
            if (format < FORMAT_WITHOUT_FLEET_MAP || format > FORMAT) {
                throw new IOException(directory + " has the disk format " + format + ", this version of Flywheel reads "
                        + FORMAT_WITHOUT_FLEET_MAP + " to " + FORMAT + ": start the version that wrote it");
            }
            var geometry =
                    new Disk.Geometry(json.getInt("extents"), json.getLong("extentBytes"), json.getInt("sectorBytes"));
            return new DiskIdentity(
                    format, json.getString("store"), json.getString("disk"), geometry, json.getBoolean("complete"));
        } catch (ConfigException | IllegalArgumentException e) {
            throw new IOException(file + " is not the identity of a Flywheel disk: " + e.getMessage(), e);
        }
    }

    void write(Path directory) throws IOException {
        SmallFile.write(directory.resolve(FILE), """
            {"format": %d, "store": "%s", "disk": "%s", "extents": %d, "extentBytes": %d, "sectorBytes": %d, \
            "complete": %b}
            """.formatted(
                format, store, disk, geometry.extents(), geometry.extentBytes(), geometry.sectorBytes(), complete));
    }

    /// Whether the store keeps a map of its disks, of which this disk may have a copy.
    boolean hasFleetMap() {
        return format > FORMAT_WITHOUT_FLEET_MAP;
    }

    DiskId id() {
        return DiskId.parse(disk);
    }

    FleetId fleet() {
        return new FleetId(DiskId.parse(store).uuid());
    }
}

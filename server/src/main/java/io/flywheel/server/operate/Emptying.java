package io.flywheel.server.operate;

import io.flywheel.server.StartRefused;
import io.flywheel.server.admin.Json;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/// Watches a disk whose slots go elsewhere, until it has none. The server does the work: whoever stops watching stops
/// nothing else.
final class Emptying {
    private static final long PAUSE_MILLIS = 500;

    private final Connection connection;
    private final String disk;
    private final PrintWriter error;
    private String said = "";

    /// @param disk its name
    /// @param error where progress goes, a line whenever it changes
    Emptying(Connection connection, String disk, PrintWriter error) {
        this.connection = connection;
        this.disk = disk;
        this.error = error;
    }

    /// Returns when no slot names the disk.
    ///
    /// @throws StartRefused when that will not come
    void await() {
        while (true) {
            var status = connection.get("status").json();
            var found = status.objects("disks").stream()
                    .filter(each -> each.text("id").equals(disk))
                    .findFirst()
                    .orElseThrow(() -> StartRefused.failure("the disk was removed meanwhile"));
            if (found.number("copysets") == 0 && !found.truth("holdsNamespace")) {
                say("no slot is left on it");
                return;
            }
            if (!found.truth("draining")) {
                throw StartRefused.failure("the disk is no longer drained: somebody cancelled it");
            }
            say(Action.progress(status, found));
            alarms(status);
            pause();
        }
    }

    private void alarms(Json status) {
        for (Json worker : status.objects("workers")) {
            if (worker.text("name").equals("repair") && !worker.text("alarm").isEmpty()) {
                say("repair: " + worker.text("alarm"));
            }
        }
    }

    private void say(String text) {
        if (!text.equals(said)) {
            error.println(text);
            error.flush();
            said = text;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw StartRefused.failure("interrupted");
        }
    }
}

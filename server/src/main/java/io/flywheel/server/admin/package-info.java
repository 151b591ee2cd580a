/// What operators see of a running store and do to it, over HTTP: {@link io.flywheel.server.admin.AdminService}
/// answers {@code /-/admin/v1/...} with JSON, {@link io.flywheel.server.admin.RunningStore} is what it asks. The
/// command line that sends these requests is in {@code io.flywheel.server.operate}.
@NullMarked
package io.flywheel.server.admin;

import org.jspecify.annotations.NullMarked;

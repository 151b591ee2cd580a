package io.flywheel.server.admin;

import java.util.List;
import java.util.function.Function;

/// One thing that operators may ask.
///
/// @param path after {@link AdminService#PREFIX}
/// @param parameters their names
/// @param answer may wait; throws {@link AdminRefusal}
record Endpoint(String method, String path, List<String> parameters, Function<Parameters, Json> answer) {
    Endpoint {
        parameters = List.copyOf(parameters);
    }
}

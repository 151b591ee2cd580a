package io.flywheel.shardstore.checks;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Takes records apart and puts them together.
final class Parts {
    private Parts() {}

    static List<Object> of(Object part) {
        var parts = new ArrayList<>();
        try {
            for (var component : part.getClass().getRecordComponents()) {
                var accessor = component.getAccessor();
                accessor.setAccessible(true);
                parts.add(accessor.invoke(part));
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        return parts;
    }

    /// The same with one part replaced; empty when the record does not accept it.
    static Optional<Object> with(Object part, int index, Object replacement) {
        var parts = of(part);
        parts.set(index, replacement);
        var types = Arrays.stream(part.getClass().getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            var constructor = part.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return Optional.of(constructor.newInstance(parts.toArray()));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException) {
                return Optional.empty();
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}

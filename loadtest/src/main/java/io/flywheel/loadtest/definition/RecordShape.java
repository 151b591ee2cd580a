package io.flywheel.loadtest.definition;

import io.flywheel.loadtest.api.Row;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/// Makes a record of a row, by the names of its components.
final class RecordShape {
    private final Constructor<?> constructor;
    private final RecordComponent[] components;

    /// @throws IllegalArgumentException when a component is of a type that no text is made into
    RecordShape(Class<?> type) {
        this.components = type.getRecordComponents();
        var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        for (var component : components) {
            if (!isKnown(component.getType())) {
                throw new IllegalArgumentException(type.getSimpleName() + "." + component.getName() + " is a "
                        + component.getType().getSimpleName()
                        + "; a row fills String, int, long, double and boolean");
            }
        }
        try {
            this.constructor = type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record has a canonical constructor", e);
        }
        constructor.setAccessible(true);
    }

    Object fill(Row row) {
        var values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(row, components[i]);
        }
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "a row does not make a " + constructor.getDeclaringClass().getSimpleName() + ": " + e.getCause(),
                    e.getCause());
        } catch (InstantiationException | IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isKnown(Class<?> type) {
        return type == String.class
                || type == int.class
                || type == long.class
                || type == double.class
                || type == boolean.class;
    }

    private static Object value(Row row, RecordComponent component) {
        String text = row.text(component.getName());
        Class<?> type = component.getType();
        try {
            if (type == int.class) {
                return Integer.valueOf(text);
            } else if (type == long.class) {
                return Long.valueOf(text);
            } else if (type == double.class) {
                return Double.valueOf(text);
            } else if (type == boolean.class) {
                return Boolean.valueOf(text);
            }
            return text;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "column '" + component.getName() + "': '" + text + "' is not a number", e);
        }
    }
}

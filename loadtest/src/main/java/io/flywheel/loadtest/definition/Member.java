package io.flywheel.loadtest.definition;

import java.lang.reflect.Method;

/// A method of the instance of a class, which may have it of a class that it extends.
record Member(Class<?> type, Method method) {
    @Override
    public String toString() {
        return type.getSimpleName() + "." + method.getName();
    }
}

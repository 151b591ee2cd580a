package io.flywheel.namespace;

import io.flywheel.base.real.ThreadTasks;

class ModelNamespaceTest extends NamespaceContract {
    @Override
    Namespace create() {
        return new ModelNamespace(new ThreadTasks());
    }
}

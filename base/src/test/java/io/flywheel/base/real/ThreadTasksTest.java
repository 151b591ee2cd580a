package io.flywheel.base.real;

import io.flywheel.base.TasksContract;

class ThreadTasksTest extends TasksContract {
    @Override
    protected void inTask(Body body) {
        try {
            body.run(new ThreadTasks());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}

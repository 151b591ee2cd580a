package io.flywheel.base.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.flywheel.base.Tasks;
import io.flywheel.base.TasksContract;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

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

    @Test
    void shouldRunOrRefuseEachCallWhenThePoolIsClosedMeanwhile() {
        var tasks = new ThreadTasks();
        for (int round = 0; round < 200; round++) {
            var pool = tasks.pool("files", 2);
            var callers = new ArrayList<Tasks.Task>();
            for (int i = 0; i < 4; i++) {
                callers.add(tasks.start("caller", () -> {
                    try {
                        assertThat(tasks.blocking(pool, () -> 42)).isEqualTo(42);
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessage("the pool is closed");
                    }
                }));
            }
            pool.close();
            callers.forEach(Tasks.Task::join);
        }
    }
}

package dev.skerry.devices.engine;

import dev.skerry.devices.spi.DriverException;
import org.jspecify.annotations.Nullable;

/** Calls of a driver: announced, so that they can be interrupted, and on a shared line one at a time. */
final class Driving {

    /** One call. */
    interface Call<T> {
        T call() throws DriverException, InterruptedException;
    }

    private final DevicePlan plan;
    private final WriteQueue writes;
    private final @Nullable Turns turns;

    Driving(DevicePlan plan, WriteQueue writes, @Nullable Turns turns) {
        this.plan = plan;
        this.writes = writes;
        this.turns = turns;
    }

    <T> T read(Call<T> call) throws DriverException, InterruptedException {
        return drive(false, call);
    }

    /** Goes before all reads that wait for the line. */
    <T> T write(Call<T> call) throws DriverException, InterruptedException {
        return drive(true, call);
    }

    private <T> T drive(boolean write, Call<T> call) throws DriverException, InterruptedException {
        writes.enterDriver();
        try {
            if (turns == null) {
                return call.call();
            }
            turns.take(write);
            try {
                return call.call();
            } finally {
                turns.give();
            }
        } catch (InterruptedException e) {
            if (writes.stopping()) {
                throw e;
            }
            throw new DriverException(DriverException.Kind.CLOSED, "driver " + plan.driver().scheme() + " gave up without being asked to", e);
        } finally {
            writes.leaveDriver();
        }
    }
}

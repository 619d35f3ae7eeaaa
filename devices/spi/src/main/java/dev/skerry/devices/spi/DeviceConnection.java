package dev.skerry.devices.spi;

import java.util.List;

/** An open line to one device. One thread at a time uses it; whoever connected closes it. */
public interface DeviceConnection extends AutoCloseable {

    /**
     * Makes one request. Answers a value for each point of the plan, in the plan's order.
     *
     * @throws DriverException if the request failed; {@link DriverException.Kind#lineBroken} says whether to reconnect
     */
    List<RawValue> read(ReadPlan plan) throws DriverException, InterruptedException;

    /** Writes one value, before scaling, and waits for the device's answer. */
    void write(PointAddress point, RawValue value) throws DriverException, InterruptedException;

    /** Leaves no thread and no socket behind. A second call does nothing. */
    @Override
    void close();
}

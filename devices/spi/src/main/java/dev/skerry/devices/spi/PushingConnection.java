package dev.skerry.devices.spi;

import java.util.List;

/** A connection whose device tells by itself: subscriptions, spontaneous data, published messages. */
public interface PushingConnection extends DeviceConnection {

    /**
     * Asks the device to tell of these points from now on, once a connection. Answers those that it will not tell of and that must be polled.
     *
     * @param heard is called from any thread, until this connection is closed
     */
    List<PointAddress> listen(List<PointAddress> points, Heard heard) throws DriverException, InterruptedException;

    /** Hears a device. May block a while when it cannot keep up. */
    interface Heard {

        /**
         * Values of one instant.
         *
         * @param values one for each point
         * @param micros since the epoch by the device's clock, or 0 if it has none
         */
        void values(List<PointAddress> points, List<RawValue> values, long micros);

        /** The line cannot go on. */
        void broke(DriverException why);
    }
}

package dev.skerry.devices.spi;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/** A driver that can look round: devices on the network, points in a device. */
public interface Browsing {

    /**
     * What was found.
     *
     * @param address an endpoint of a device, or a point's address
     * @param type of the value, such as {@code float}, {@code object} for what can be browsed further; may be empty
     */
    record Found(String address, String name, String type, boolean writable) {}

    /**
     * What lies below a place in a device, at most 10,000.
     *
     * @param from an address as an earlier answer had it; empty for the top
     */
    List<Found> browse(URI endpoint, String from, Duration timeout) throws DriverException, InterruptedException;

    /** Asks the network who is there, and listens for so long; empty if the protocol knows no such question. */
    default List<Found> discover(String target, Duration wait) throws DriverException, InterruptedException {
        return List.of();
    }
}

package dev.skerry.devices.spi;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Speaks one field protocol. One driver serves many devices and keeps no state of any. */
public interface DeviceDriver {

    /** The URI scheme that this driver answers to, such as {@code modbus-tcp}. */
    String scheme();

    /**
     * Checks an endpoint without connecting.
     *
     * @throws DriverException of kind BAD_ADDRESS, as {@code spec.endpoint: value (expected: what is accepted)}
     */
    void check(URI endpoint) throws DriverException;

    /**
     * Reads a point's address and encoding; an empty encoding asks for the protocol's usual one.
     *
     * @throws DriverException of kind BAD_ADDRESS, as {@code address: value (expected: what is accepted)}
     */
    PointAddress parse(String address, String encoding) throws DriverException;

    /** Merges points into the requests that cost least on this line, within the protocol's limits. Every point is in exactly one request. */
    List<ReadPlan> plan(List<PointAddress> points, LineCost cost);

    /** What requests cost on an endpoint's line, before it was measured. */
    default LineCost cost(URI endpoint) {
        return LineCost.NETWORK;
    }

    /** The line that an endpoint shares with other devices; empty if each device has its own. */
    default Optional<SharedLine> shared(URI endpoint) throws DriverException {
        return Optional.empty();
    }

    /**
     * Connects, blocking for at most {@code timeout}, which is also each later request's limit. Called on a virtual
     * thread; an interrupt asks it to stop at once.
     *
     * @throws DriverException if the device does not answer, or refuses us
     */
    DeviceConnection connect(URI endpoint, Duration timeout) throws DriverException, InterruptedException;

    /** The same for a device that asks for credentials; a driver that knows of none ignores them. */
    default DeviceConnection connect(URI endpoint, Secrets secrets, Duration timeout) throws DriverException, InterruptedException {
        return connect(endpoint, timeout);
    }
}

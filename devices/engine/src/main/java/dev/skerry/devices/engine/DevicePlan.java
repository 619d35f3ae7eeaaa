package dev.skerry.devices.engine;

import dev.skerry.data.StreamSchema;
import dev.skerry.devices.spi.DeviceDriver;
import dev.skerry.devices.spi.LineCost;
import dev.skerry.devices.spi.SharedLine;
import dev.skerry.model.DeviceModelSpec.Event;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything that a line must know of its device. Made by {@link DeviceCheck}, so that it holds. Equal plans need no restart.
 *
 * @param shared the line that other devices use too, one at a time
 * @param cost of requests, before it was measured
 * @param secret the name of the Secret with what the device asks for, or empty
 * @param events what people must hear of
 */
record DevicePlan(
        String namespace, String device, URI endpoint, Duration timeout, DeviceDriver driver, StreamSchema schema, List<PlannedPoint> points,
        Optional<SharedLine> shared, LineCost cost, String secret, List<Event> events) {

    DevicePlan {
        points = List.copyOf(points);
        events = List.copyOf(events);
    }

    DeviceKey key() {
        return new DeviceKey(namespace, device);
    }

    Optional<PlannedPoint> find(String property) {
        return points.stream().filter(point -> point.property().name().equals(property)).findFirst();
    }

    /** The endpoint as people may see it: a user's password and the query stay out of messages. */
    String shownEndpoint() {
        if (endpoint.getRawAuthority() == null) {
            return endpoint.getScheme() + ":" + endpoint.getRawSchemeSpecificPart();
        }
        var authority = endpoint.getRawAuthority();
        var path = endpoint.getRawPath() == null ? "" : endpoint.getRawPath();
        return endpoint.getScheme() + "://" + authority.substring(authority.lastIndexOf('@') + 1) + path;
    }
}

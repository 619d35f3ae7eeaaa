package dev.skerry.model;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user asks for.
 *
 * @param model the name of a DeviceModel in the same namespace
 * @param endpoint a URI whose scheme names the driver, such as {@code modbus-tcp://10.0.0.4:502?unit=1}
 * @param pollEvery how often the points are read, unless a point says otherwise; 1s if not said, 1ms at the least
 * @param timeout how long one request may take; 2s if not said
 */
public record DeviceSpec(
        @Required String model,
        @Required String endpoint,
        @Pattern(Kinds.DURATION) @Nullable Duration pollEvery,
        @Pattern(Kinds.DURATION) @Nullable Duration timeout,
        List<Point> points) {

    public DeviceSpec {
        points = points == null ? List.of() : List.copyOf(points);
    }

    /**
     * Where a property lies in the device.
     *
     * @param address in the driver's notation, such as {@code holding:100}
     * @param encoding in the driver's notation, such as {@code int16}, {@code float32}
     * @param scale reading = raw · scale + offset; 1 if not said
     */
    public record Point(
            @Required String property,
            @Required String address,
            @Nullable String encoding,
            @Nullable Double scale,
            @Nullable Double offset,
            @Pattern(Kinds.DURATION) @Nullable Duration pollEvery) {}
}

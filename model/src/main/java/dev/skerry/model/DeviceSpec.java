package dev.skerry.model;

import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user asks for.
 *
 * @param model the name of a DeviceModel in the same namespace
 * @param endpoint a URI whose scheme names the driver, such as {@code modbus-tcp://10.0.0.4:502?unit=1}
 * @param pollEvery how often the points are read, unless a point says otherwise; 1s if not said, 1ms at the least
 * @param timeout how long one request may take; 2s if not said
 * @param pollGroups how often the points of the model's groups are read here
 * @param credentials what the device asks for
 * @param points where the properties lie; those of the model that have an address need none here
 */
public record DeviceSpec(
        @Required String model,
        @Required String endpoint,
        @Pattern(Kinds.DURATION) @Nullable Duration pollEvery,
        @Pattern(Kinds.DURATION) @Nullable Duration timeout,
        @Nullable Map<String, String> pollGroups,
        @Nullable Credentials credentials,
        List<Point> points) {

    public DeviceSpec {
        pollGroups = pollGroups == null ? null : Map.copyOf(pollGroups);
        points = points == null ? List.of() : List.copyOf(points);
    }

    public DeviceSpec(String model, String endpoint, @Nullable Duration pollEvery, @Nullable Duration timeout, List<Point> points) {
        this(model, endpoint, pollEvery, timeout, null, null, points);
    }

    /** @param secret a Secret of the same namespace; which keys are read, the driver's page says */
    public record Credentials(@Required String secret) {}

    /**
     * Where a property lies in the device; what is not said is as in the model.
     *
     * @param address in the driver's notation, such as {@code holding:100}
     * @param encoding in the driver's notation, such as {@code int16}, {@code float32}
     * @param scale reading = raw · scale + offset; 1 if not said
     * @param mask bits of a whole raw value that count; the lowest of them becomes bit 0
     * @param deadband a reading that differs by less from the one told last is not told
     */
    public record Point(
            @Required String property,
            @Nullable String address,
            @Nullable String encoding,
            @Nullable Double scale,
            @Nullable Double offset,
            @Pattern(Kinds.DURATION) @Nullable Duration pollEvery,
            @Nullable String mask,
            @Nullable Double deadband,
            @Nullable String group) {

        public Point(
                String property, @Nullable String address, @Nullable String encoding, @Nullable Double scale, @Nullable Double offset, @Nullable Duration pollEvery) {
            this(property, address, encoding, scale, offset, pollEvery, null, null, null);
        }
    }
}

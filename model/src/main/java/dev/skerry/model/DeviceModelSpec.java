package dev.skerry.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every device of the model has.
 *
 * @param pollGroups how often the points of each named group are read, unless a device says otherwise
 * @param commands what the model does at one word
 * @param events what people must hear of
 */
public record DeviceModelSpec(
        @Required List<Property> properties,
        @Nullable Map<String, String> pollGroups,
        @Nullable List<Command> commands,
        @Nullable List<Event> events) {

    public DeviceModelSpec {
        properties = properties == null ? List.of() : List.copyOf(properties);
        pollGroups = pollGroups == null ? null : Map.copyOf(pollGroups);
        commands = commands == null ? null : List.copyOf(commands);
        events = events == null ? null : List.copyOf(events);
    }

    public DeviceModelSpec(List<Property> properties) {
        this(properties, null, null, null);
    }

    /**
     * One thing that a device can tell or be told. What follows the description is where its devices have it, unless they say
     * otherwise: a model with addresses is a template.
     *
     * @param unit a UCUM code, such as {@code Cel}, {@code [degF]}, {@code kW}
     * @param access read, write or readWrite; read if not said
     * @param range what a write may be; a reading outside is marked uncertain
     * @param precision decimals that a reading is rounded to, 0 to 15
     * @param deadband a reading that differs by less from the one told last is not told
     * @param address in the driver's notation, such as {@code holding:100}
     * @param encoding in the driver's notation, such as {@code int16}, {@code float32}
     * @param scale reading = raw · scale + offset; 1 if not said
     * @param mask bits of a whole raw value that count, such as {@code 0x0FF0}; the lowest of them becomes bit 0
     * @param group one of pollGroups
     */
    public record Property(
            @Required String name,
            @Required Type type,
            @Nullable String unit,
            @Nullable Access access,
            @Nullable Range range,
            @Nullable String description,
            @Nullable Integer precision,
            @Nullable Double deadband,
            @Nullable String address,
            @Nullable String encoding,
            @Nullable Double scale,
            @Nullable Double offset,
            @Nullable String mask,
            @Nullable String group) {

        public Property(
                String name, Type type, @Nullable String unit, @Nullable Access access, @Nullable Range range, @Nullable String description) {
            this(name, type, unit, access, range, description, null, null, null, null, null, null, null, null);
        }
    }

    /** Values in their natural unit, after scaling. */
    public record Range(@Nullable Double min, @Nullable Double max) {}

    /** Writes one or several properties, in this order; it ends with the first that fails. */
    public record Command(@Required String name, @Nullable String description, @Required List<Step> steps) {

        public Command {
            steps = steps == null ? List.of() : List.copyOf(steps);
        }
    }

    /** @param value what is written; if not said, whoever gives the command must say it under the property's name */
    public record Step(@Required String property, @Nullable String value) {}

    /**
     * Goes to the event log when a good reading passes a limit, once until it is back by the property's deadband.
     *
     * @param above a reading greater than this
     * @param below a reading less than this
     * @param equal a reading of this value, such as {@code true}
     * @param severity info, warning or critical; warning if not said
     */
    public record Event(
            @Required String name,
            @Required String property,
            @Nullable Double above,
            @Nullable Double below,
            @Nullable String equal,
            @Pattern("info|warning|critical") @Nullable String severity,
            @Nullable String message) {}

    /** The type of a property's values. */
    public enum Type {
        @JsonProperty("float")
        FLOAT,
        @JsonProperty("integer")
        INTEGER,
        @JsonProperty("boolean")
        BOOLEAN,
        @JsonProperty("string")
        STRING
    }

    /** The direction of a property. */
    public enum Access {
        @JsonProperty("read")
        READ,
        @JsonProperty("write")
        WRITE,
        @JsonProperty("readWrite")
        READ_WRITE
    }
}

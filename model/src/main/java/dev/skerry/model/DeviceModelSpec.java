package dev.skerry.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.generator.annotation.Required;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The properties that every device of the model has. */
public record DeviceModelSpec(@Required List<Property> properties) {

    public DeviceModelSpec {
        properties = properties == null ? List.of() : List.copyOf(properties);
    }

    /**
     * One thing that a device can tell or be told.
     *
     * @param unit a UCUM code, such as {@code Cel}, {@code [degF]}, {@code kW}
     * @param access read, write or readWrite; read if not said
     * @param range what a write may be; a reading outside is marked uncertain
     */
    public record Property(
            @Required String name,
            @Required Type type,
            @Nullable String unit,
            @Nullable Access access,
            @Nullable Range range,
            @Nullable String description) {}

    /** Values in their natural unit, after scaling. */
    public record Range(@Nullable Double min, @Nullable Double max) {}

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

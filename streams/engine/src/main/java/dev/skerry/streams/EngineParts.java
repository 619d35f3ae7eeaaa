package dev.skerry.streams;

import dev.skerry.data.Bus;
import dev.skerry.data.DeviceCommands;
import dev.skerry.data.EventLog;
import dev.skerry.data.Outbox;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What an engine works with. All of it stays its giver's to close, after the engine.
 *
 * @param folder for what rules remember, files that they write and messages that wait; without one nothing outlives the engine
 * @param log the durable log of the site: what came after a checkpoint is read from it again
 * @param mqtt where messages come from and go to
 */
public record EngineParts(
        Bus bus, DeviceCommands commands, EventLog events, InstantSource clock, @Nullable Path folder, @Nullable Outbox log, MqttPort mqtt) {

    /** Parts of an engine that keeps nothing and speaks to devices only. */
    public static EngineParts of(Bus bus, DeviceCommands commands, EventLog events, InstantSource clock) {
        return new EngineParts(bus, commands, events, clock, null, null, MqttPort.NONE);
    }

    /** The same with a memory on disk. */
    public EngineParts remembering(Path place, @Nullable Outbox durable) {
        return new EngineParts(bus, commands, events, clock, place, durable, mqtt);
    }

    /** The same with MQTT. */
    public EngineParts with(MqttPort port) {
        return new EngineParts(bus, commands, events, clock, folder, log, port);
    }
}

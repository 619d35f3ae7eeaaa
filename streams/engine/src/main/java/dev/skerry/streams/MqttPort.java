package dev.skerry.streams;

import java.io.IOException;
import java.util.function.Consumer;

/** Messages by topic, from and to MQTT brokers. The program provides it; every method may be called from any thread. */
public interface MqttPort {

    /** A site without MQTT. */
    MqttPort NONE = new MqttPort() {
        @Override
        public AutoCloseable subscribe(String server, String filter, int qos, Consumer<Message> listener) throws IOException {
            throw new IOException("mqtt: none at this site (expected: a site that speaks MQTT)");
        }

        @Override
        public void publish(String server, String topic, byte[] payload, int qos, boolean retained) throws IOException {
            throw new IOException("mqtt: none at this site (expected: a site that speaks MQTT)");
        }
    };

    /** A message as it came. */
    record Message(String topic, byte[] payload, int qos, boolean retained) {}

    /**
     * Listens until what is returned is closed; a connection that breaks is opened again by itself.
     *
     * @param server such as {@code mqtt://host:1883}, or empty for the site's own broker
     * @throws IOException if it cannot begin
     */
    AutoCloseable subscribe(String server, String filter, int qos, Consumer<Message> listener) throws IOException;

    /** Publishes, and returns when the broker has it as far as {@code qos} says. */
    void publish(String server, String topic, byte[] payload, int qos, boolean retained) throws IOException, InterruptedException;
}

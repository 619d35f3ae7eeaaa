package dev.skerry.devices.spi;

import java.util.Map;
import java.util.Optional;

/** What a device asks for, by key: a user and a password, a certificate. Never shown. */
public final class Secrets {

    public static final Secrets NONE = new Secrets(Map.of());

    private final Map<String, String> values;

    public Secrets(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    public Optional<String> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    @Override
    public String toString() {
        return "secrets " + values.keySet();
    }
}

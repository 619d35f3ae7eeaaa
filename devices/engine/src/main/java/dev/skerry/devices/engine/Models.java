package dev.skerry.devices.engine;

import dev.skerry.model.DeviceModel;
import dev.skerry.model.DeviceModelSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The models that are there, and who wants to hear of them: devices of a model's change, models of their devices' number. */
final class Models {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

    private final KubernetesClient client;
    private final Map<DeviceKey, DeviceModelSpec> present = new ConcurrentHashMap<>();
    private volatile Consumer<DeviceKey> onChange = model -> {};
    private volatile Consumer<DeviceKey> onCount = model -> {};

    Models(KubernetesClient client) {
        this.client = client;
    }

    void onChange(Consumer<DeviceKey> listener) {
        onChange = listener;
    }

    void onCount(Consumer<DeviceKey> listener) {
        onCount = listener;
    }

    /** Asks the API for one that was not heard of yet: at the start devices come before their models. */
    Optional<DeviceModelSpec> find(DeviceKey model) {
        var spec = present.get(model);
        if (spec != null || !NAME.matcher(model.name()).matches()) {
            return Optional.ofNullable(spec);
        }
        return Optional.ofNullable(client.resources(DeviceModel.class).inNamespace(model.namespace()).withName(model.name()).get())
                .map(DeviceModel::getSpec);
    }

    void put(DeviceKey model, DeviceModelSpec spec) {
        if (!spec.equals(present.put(model, spec))) {
            onChange.accept(model);
        }
    }

    void remove(DeviceKey model) {
        if (present.remove(model) != null) {
            onChange.accept(model);
        }
    }

    /** A device of this model came or went. */
    void count(DeviceKey model) {
        onCount.accept(model);
    }
}

package dev.skerry.devices.engine;

import dev.skerry.devices.spi.Secrets;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;

/** Looks up what devices ask for; nothing is kept, so that a changed Secret counts from the next connection on. */
final class DeviceSecrets {

    private final KubernetesClient client;

    DeviceSecrets(KubernetesClient client) {
        this.client = client;
    }

    /** What the plan's Secret holds; nothing if there is none, as the device will say. */
    Secrets of(DevicePlan plan) {
        if (plan.secret().isEmpty()) {
            return Secrets.NONE;
        }
        var secret = client.secrets().inNamespace(plan.namespace()).withName(plan.secret()).get();
        if (secret == null) {
            throw new IllegalStateException("secret " + plan.secret() + ": none in namespace " + plan.namespace() + " (expected: what spec.credentials names)");
        }
        var values = new HashMap<String, String>();
        if (secret.getData() != null) {
            secret.getData().forEach((key, value) -> values.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
        }
        if (secret.getStringData() != null) {
            values.putAll(secret.getStringData());
        }
        return new Secrets(values);
    }
}

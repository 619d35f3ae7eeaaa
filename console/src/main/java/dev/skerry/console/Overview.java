package dev.skerry.console;

import dev.skerry.model.App;
import dev.skerry.model.Device;
import dev.skerry.model.Site;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the first page shows: this place, its sites, its Apps. */
final class Overview {

    private static final int MAX_ITEMS = 1_000;

    private final String name;
    private final KubernetesClient client;

    /** Objects as people need them: names, labels, spec and status. */
    record Item(String namespace, String name, Map<String, String> labels, @Nullable Object spec, @Nullable Object status) {}

    record State(String name, List<Item> sites, List<Item> apps, List<Item> devices) {}

    Overview(String name, KubernetesClient client) {
        this.name = name;
        this.client = client;
    }

    State now() {
        return new State(name, items(Site.class), items(App.class), items(Device.class));
    }

    List<Item> devices() {
        return items(Device.class);
    }

    private <S, T, R extends CustomResource<S, T>> List<Item> items(Class<R> type) {
        return client.resources(type).inAnyNamespace().list(Lists.LIMIT).getItems().stream().map(Overview::item).toList();
    }

    private static Item item(CustomResource<?, ?> object) {
        var meta = ((HasMetadata) object).getMetadata();
        return new Item(
                meta.getNamespace() == null ? "" : meta.getNamespace(),
                meta.getName(),
                meta.getLabels() == null ? Map.of() : meta.getLabels(),
                object.getSpec(),
                object.getStatus());
    }

    private static final class Lists {
        static final io.fabric8.kubernetes.api.model.ListOptions LIMIT =
                new io.fabric8.kubernetes.api.model.ListOptionsBuilder().withLimit((long) MAX_ITEMS).build();
    }
}

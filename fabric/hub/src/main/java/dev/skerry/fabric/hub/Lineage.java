package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.LogPosition;
import dev.skerry.model.Work;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The epochs of the desired log. Each start of a hub begins one, and notes in the store itself up to which revision the
 * earlier ones went. So a store that was restored from a backup betrays itself: a site stands in an epoch that the store
 * has never heard of, or beyond the end that it knows.
 *
 * @param epoch the one that began now
 * @param begin the store's revision when it began
 */
record Lineage(String epoch, long begin, Map<String, Long> ends) {

    private static final String NAMESPACE = "default";
    private static final String NAME = "skerry-link-epochs";
    private static final int KEPT = 500;
    private static final int TRIES = 5;
    private static final String OPEN = "";

    /** Begins an epoch. */
    static Lineage begin(KubernetesClient client) {
        for (int i = 1; ; i++) {
            try {
                return tryToBegin(client);
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || i == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static Lineage tryToBegin(KubernetesClient client) {
        var listed = client.resources(Work.class).inAnyNamespace().list(new ListOptionsBuilder().withLimit(1L).build());
        long now = Long.parseLong(listed.getMetadata().getResourceVersion());
        var held = client.configMaps().inNamespace(NAMESPACE).withName(NAME).get();
        var lines = new LinkedHashMap<String, String>();
        if (held != null && held.getData() != null) {
            held.getData().forEach((epoch, end) -> lines.put(epoch, end.equals(OPEN) ? Long.toString(now) : end));
        }
        String epoch = UUID.randomUUID().toString();
        lines.put(epoch, OPEN);
        trim(lines, epoch);
        write(client, held, lines);
        var ends = new LinkedHashMap<String, Long>();
        lines.forEach((e, end) -> {
            if (!end.equals(OPEN)) {
                ends.put(e, Long.parseLong(end));
            }
        });
        return new Lineage(epoch, now, Map.copyOf(ends));
    }

    /** Drops those that ended first. A site from that far back is told everything anew, and deletes nothing on its own. */
    private static void trim(Map<String, String> lines, String current) {
        while (lines.size() > KEPT) {
            lines.entrySet().stream()
                    .filter(l -> !l.getKey().equals(current))
                    .min(Map.Entry.comparingByValue((a, b) -> Long.compare(Long.parseLong(a), Long.parseLong(b))))
                    .ifPresent(l -> lines.remove(l.getKey()));
        }
    }

    private static void write(KubernetesClient client, @Nullable ConfigMap held, Map<String, String> lines) {
        if (held == null) {
            if (client.namespaces().withName(NAMESPACE).get() == null) {
                client.resource(new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build()).create();
            }
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata().withNamespace(NAMESPACE).withName(NAME).endMetadata()
                            .withData(lines)
                            .build())
                    .create();
        } else {
            held.setData(lines);
            client.resource(held).update();
        }
    }

    /** Whether a site that stands there has seen what this store has not. */
    boolean isBehind(LogPosition held) {
        if (held.epoch().isEmpty() || held.epoch().equals(epoch)) {
            return false;
        }
        Long end = ends.get(held.epoch());
        return end == null || held.sequence() > end;
    }
}

package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.DEBUG;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells of Pods in core Events. The same again counts up the one that is there; the counting is written at most once in ten
 * seconds, so that a container that fails all day does not wear out the disk.
 */
final class PodEvents {

    private static final System.Logger LOG = System.getLogger(PodEvents.class.getName());
    private static final int REMEMBERED = 512;
    private static final long WRITE_EVERY = 10_000;

    private final KubernetesClient client;
    private final String node;
    private final InstantSource clock;
    private final Map<String, Told> told = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Told> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Told(String name, int count, long writtenAt) {}

    PodEvents(KubernetesClient client, String node, InstantSource clock) {
        this.client = client;
        this.node = node;
        this.clock = clock;
    }

    void normal(Pod pod, String container, String reason, String message) {
        tell(pod, container, "Normal", reason, message);
    }

    void warning(Pod pod, String container, String reason, String message) {
        tell(pod, container, "Warning", reason, message);
    }

    /** Never fails: what is told is not worth a Pod. @param container its name, or empty */
    private void tell(Pod pod, String container, String type, String reason, String message) {
        var key = String.join("\n", pod.getMetadata().getUid(), container, reason, message);
        var now = clock.instant();
        Told before;
        synchronized (told) {
            before = told.get(key);
            if (before != null && now.toEpochMilli() - before.writtenAt < WRITE_EVERY) {
                told.put(key, new Told(before.name, before.count + 1, before.writtenAt));
                return;
            }
        }
        try {
            var name = before == null ? create(pod, container, type, reason, message, now) : countUp(pod, before, now);
            synchronized (told) {
                told.put(key, new Told(name, before == null ? 1 : before.count + 1, now.toEpochMilli()));
            }
        } catch (KubernetesClientException e) {
            synchronized (told) {
                told.remove(key);
            }
            LOG.log(DEBUG, "event {0} of {1}: {2}", reason, pod.getMetadata().getName(), e.getMessage());
        }
    }

    private String create(Pod pod, String container, String type, String reason, String message, Instant now) {
        var meta = pod.getMetadata();
        var time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        Event event = new EventBuilder()
                .withNewMetadata()
                .withName(meta.getName() + "." + Long.toHexString(now.toEpochMilli() * 1_000_000 + now.getNano() % 1_000_000))
                .withNamespace(meta.getNamespace())
                .endMetadata()
                .withInvolvedObject(new ObjectReferenceBuilder()
                        .withKind("Pod").withApiVersion("v1").withName(meta.getName()).withNamespace(meta.getNamespace()).withUid(meta.getUid())
                        .withResourceVersion(meta.getResourceVersion())
                        .withFieldPath(container.isEmpty() ? null : field(pod, container))
                        .build())
                .withType(type)
                .withReason(reason)
                .withMessage(message)
                .withNewSource("kubelet", node)
                .withReportingComponent("kubelet")
                .withReportingInstance(node)
                .withFirstTimestamp(time)
                .withLastTimestamp(time)
                .withCount(1)
                .build();
        return client.resource(event).create().getMetadata().getName();
    }

    private static String field(Pod pod, String container) {
        var list = pod.getSpec().getInitContainers().stream().anyMatch(c -> c.getName().equals(container)) ? "initContainers"
                : EphemeralContainers.is(pod, container) ? "ephemeralContainers" : "containers";
        return "spec." + list + "{" + container + "}";
    }

    private String countUp(Pod pod, Told before, Instant now) {
        var events = client.v1().events().inNamespace(pod.getMetadata().getNamespace()).withName(before.name);
        var patched = events.patch(
                new io.fabric8.kubernetes.client.dsl.base.PatchContext.Builder()
                        .withPatchType(io.fabric8.kubernetes.client.dsl.base.PatchType.JSON_MERGE).build(),
                "{\"count\":" + (before.count + 1) + ",\"lastTimestamp\":\"" + now.truncatedTo(ChronoUnit.SECONDS) + "\"}");
        return patched.getMetadata().getName();
    }
}

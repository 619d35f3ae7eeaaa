package dev.skerry.kube.controllers;

import static java.lang.System.Logger.Level.DEBUG;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells what was done to an object, as an Event beside it. What is told again is counted in the same Event. An Event that cannot be
 * written is given up: it must never hold up the work that it tells of.
 */
final class Recorder {

    private static final System.Logger LOG = System.getLogger(Recorder.class.getName());
    private static final int REMEMBERED = 256;
    private static final int LONGEST_MESSAGE = 1024;

    private final Writer writer;
    private final InstantSource clock;
    private final String component;
    private final Map<String, Event> told = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Event> eldest) {
            return size() > REMEMBERED;
        }
    };

    Recorder(Writer writer, InstantSource clock, String component) {
        this.writer = writer;
        this.clock = clock;
        this.component = component;
    }

    void normal(HasMetadata about, String reason, String message) {
        tell(about, "Normal", reason, message);
    }

    void warning(HasMetadata about, String reason, String message) {
        tell(about, "Warning", reason, message);
    }

    private synchronized void tell(HasMetadata about, String type, String reason, String message) {
        var text = message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message;
        var key = about.getMetadata().getUid() + "/" + reason + "/" + text;
        try {
            told.put(key, write(about, type, reason, text, told.get(key)));
        } catch (KubernetesClientException e) {
            told.remove(key);
            LOG.log(DEBUG, "event {0} of {1} {2}: {3}", reason, about.getKind(), Cache.key(about), e.getMessage());
        }
    }

    private Event write(HasMetadata about, String type, String reason, String message, @Nullable Event before) {
        var now = Condition.seconds(clock.instant());
        if (before != null) {
            // Nobody else writes it, and whoever did may be overwritten.
            before.getMetadata().setResourceVersion(null);
            return writer.merge(before, Map.of("count", before.getCount() + 1, "lastTimestamp", now));
        }
        var namespace = Cache.namespace(about).isEmpty() ? "default" : Cache.namespace(about);
        var name = about.getMetadata().getName() + "." + Long.toHexString(Math.multiplyExact(clock.millis(), 1_000_000L) + System.nanoTime() % 1_000_000L);
        var event = new EventBuilder()
                .withNewMetadata().withNamespace(namespace).withName(name).endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion()).withKind(about.getKind()).withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName()).withUid(about.getMetadata().getUid()).withResourceVersion(about.getMetadata().getResourceVersion())
                .endInvolvedObject()
                .withType(type).withReason(reason).withMessage(message).withCount(1).withFirstTimestamp(now).withLastTimestamp(now)
                .withNewSource().withComponent(component).endSource()
                .withReportingComponent(component)
                .build();
        return writer.client().resource(event).create();
    }
}

package dev.skerry.kube.controllers;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes and deletes the Pods of a controlling object, and tells of it in its Events. */
final class NewPods {

    private static final String NAMESPACE_LEAVING = "because it is being terminated";

    private final Writer writer;
    private final Recorder events;

    NewPods(Writer writer, Recorder events) {
        this.writer = writer;
        this.events = events;
    }

    /** A Pod of the template, whose name the API completes. */
    static Pod of(HasMetadata owner, PodTemplateSpec template) {
        var pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace(Cache.namespace(owner))
                .withGenerateName(owner.getMetadata().getName() + "-")
                .withOwnerReferences(Claims.reference(owner))
                .endMetadata()
                .withSpec(new PodBuilder().withSpec(template.getSpec()).build().getSpec())
                .build();
        var given = template.getMetadata();
        if (given != null) {
            pod.getMetadata().setLabels(given.getLabels() == null ? new HashMap<>() : new HashMap<>(given.getLabels()));
            pod.getMetadata().setAnnotations(given.getAnnotations() == null ? new HashMap<>() : new HashMap<>(given.getAnnotations()));
            pod.getMetadata().setFinalizers(new ArrayList<>(given.getFinalizers()));
        }
        return pod;
    }

    /**
     * Makes a Pod of the template.
     *
     * @return empty if the namespace is on its way out: then nothing more is to be made
     */
    Optional<Pod> create(HasMetadata owner, PodTemplateSpec template) {
        return create(owner, of(owner, template));
    }

    /** As above, for a Pod that is ready to be made. */
    Optional<Pod> create(HasMetadata owner, Pod pod) {
        try {
            var made = writer.create(pod);
            made.ifPresent(p -> events.normal(owner, "SuccessfulCreate", "Created pod: " + p.getMetadata().getName()));
            // A name that is taken by chance is tried again with the next look.
            return Optional.of(made.orElseThrow(() -> new KubernetesClientException("the generated name was taken", HttpURLConnection.HTTP_CONFLICT, null)));
        } catch (KubernetesClientException e) {
            if (namespaceLeaves(e)) {
                return Optional.empty();
            }
            events.warning(owner, "FailedCreate", "Error creating: " + reason(e));
            throw e;
        }
    }

    /** Whether nothing may be made since the namespace is on its way out. */
    static boolean namespaceLeaves(KubernetesClientException e) {
        return String.valueOf(e.getMessage()).contains(NAMESPACE_LEAVING);
    }

    /** Deletes a Pod. @return the revision of its end or of its mark; empty if it had gone before */
    OptionalLong delete(HasMetadata owner, Pod pod) {
        var path = "/api/v1/namespaces/" + Cache.namespace(pod) + "/pods/" + pod.getMetadata().getName();
        try {
            var answer = writer.delete(path, pod.getMetadata().getUid(), "Background");
            if (answer.isEmpty()) {
                return OptionalLong.empty();
            }
            events.normal(owner, "SuccessfulDelete", "Deleted pod: " + pod.getMetadata().getName());
            var revision = answer.get().path("metadata").path("resourceVersion").asText("");
            return revision.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(revision));
        } catch (KubernetesClientException e) {
            events.warning(owner, "FailedDelete", "Error deleting: " + reason(e));
            throw e;
        }
    }

    /** The words of the API, without those of the client around them. */
    static String reason(KubernetesClientException e) {
        var status = e.getStatus();
        return status == null || status.getMessage() == null ? String.valueOf(e.getMessage()) : status.getMessage();
    }
}

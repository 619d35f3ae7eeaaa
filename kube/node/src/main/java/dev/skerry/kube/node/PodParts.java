package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.util.Map;

/** What the workers of all Pods share. */
record PodParts(
        NodePlace place,
        Cri cri,
        KubernetesClient client,
        PodEvents events,
        PodStatuses statuses,
        Probes probes,
        NodeAdmission admission,
        ServiceVariables services,
        String hostIp,
        Map<String, Quantity> capacity,
        InstantSource clock) {}

package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What Pods use of a resource, from the metrics API if the cluster has one, and how many Pods that would be at the wished use. */
final class PodMetrics {

    private static final BigDecimal TOLERANCE = new BigDecimal("0.1");
    private static final int DIGITS = 6;

    /** @param average used by one Pod @param percent of what it asks for; empty where an amount is wished */
    record Reading(int replicas, BigDecimal average, Optional<Integer> percent) {}

    private final Writer writer;

    PodMetrics(Writer writer) {
        this.writer = writer;
    }

    /** @throws IllegalStateException in the words in which the user is told */
    Reading read(String namespace, String selector, String resource, Optional<String> container, List<Pod> pods, int current, Optional<Integer> percent, Optional<Quantity> average) {
        var use = use(namespace, selector, resource, container);
        var total = BigDecimal.ZERO;
        var asked = BigDecimal.ZERO;
        var measured = 0;
        for (var pod : pods) {
            var used = use.get(pod.getMetadata().getName());
            if (used == null || !PodState.active(pod) || !PodState.ready(pod)) {
                continue;
            }
            measured++;
            total = total.add(used);
            if (percent.isPresent()) {
                asked = asked.add(request(pod, resource, container));
            }
        }
        if (measured == 0) {
            throw new IllegalStateException("did not receive metrics for targeted pods (pods might be unready)");
        }
        var mean = total.divide(BigDecimal.valueOf(measured), DIGITS, RoundingMode.HALF_UP);
        BigDecimal ratio;
        Optional<Integer> share = Optional.empty();
        if (percent.isPresent()) {
            if (asked.signum() == 0) {
                throw new IllegalStateException("no metrics returned matched known pods");
            }
            var used = total.multiply(BigDecimal.valueOf(100)).divide(asked, DIGITS, RoundingMode.HALF_UP);
            share = Optional.of(used.intValue());
            ratio = used.divide(BigDecimal.valueOf(percent.get()), DIGITS, RoundingMode.HALF_UP);
        } else {
            ratio = mean.divide(average.orElseThrow().getNumericalAmount(), DIGITS, RoundingMode.HALF_UP);
        }
        var replicas = ratio.subtract(BigDecimal.ONE).abs().compareTo(TOLERANCE) <= 0 ? current
                : ratio.multiply(BigDecimal.valueOf(measured)).setScale(0, RoundingMode.CEILING).intValue();
        // Pods of which nothing is known must not make it grow, nor shrink.
        if (measured < current && ratio.compareTo(BigDecimal.ONE) < 0) {
            replicas = Math.min(current, replicas + current - measured);
        }
        return new Reading(replicas, mean, share);
    }

    private Map<String, BigDecimal> use(String namespace, String selector, String resource, Optional<String> container) {
        var path = "/apis/metrics.k8s.io/v1beta1/namespaces/" + namespace + "/pods?labelSelector=" + URLEncoder.encode(selector, StandardCharsets.UTF_8);
        JsonNode list;
        try {
            var body = writer.client().raw(path);
            if (body == null) {
                throw new IllegalStateException(missing(resource, "the server could not find the requested resource (get pods.metrics.k8s.io)"));
            }
            list = writer.client().getKubernetesSerialization().unmarshal(body, JsonNode.class);
        } catch (KubernetesClientException e) {
            throw new IllegalStateException(missing(resource, e.getCode() == 404 ? "the server could not find the requested resource (get pods.metrics.k8s.io)" : NewPods.reason(e)), e);
        }
        var use = new HashMap<String, BigDecimal>();
        for (var pod : list.path("items")) {
            var sum = BigDecimal.ZERO;
            for (var one : pod.path("containers")) {
                if (container.isEmpty() || container.get().equals(one.path("name").asText())) {
                    sum = sum.add(new Quantity(one.path("usage").path(resource).asText("0")).getNumericalAmount());
                }
            }
            use.put(pod.path("metadata").path("name").asText(), sum);
        }
        if (use.isEmpty()) {
            throw new IllegalStateException("unable to get metrics for resource " + resource + ": no metrics returned from resource metrics API");
        }
        return use;
    }

    private static String missing(String resource, String why) {
        return "unable to get metrics for resource " + resource + ": unable to fetch metrics from resource metrics API: " + why;
    }

    private static BigDecimal request(Pod pod, String resource, Optional<String> container) {
        var sum = BigDecimal.ZERO;
        for (var one : pod.getSpec().getContainers()) {
            if (container.isPresent() && !container.get().equals(one.getName())) {
                continue;
            }
            var requests = one.getResources() == null ? null : one.getResources().getRequests();
            var request = requests == null ? null : requests.get(resource);
            if (request == null) {
                throw new IllegalStateException("missing request for " + resource + " in container " + one.getName() + " of Pod " + pod.getMetadata().getName());
            }
            sum = sum.add(request.getNumericalAmount());
        }
        return sum;
    }
}

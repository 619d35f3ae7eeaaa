package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricTarget;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Gives what a HorizontalPodAutoscaler points at as many Pods as their load asks for, and says in its conditions why it does not. */
final class Autoscalers implements Controller {

    private static final Duration PERIOD = Duration.ofSeconds(15);
    private static final int STABLE_SECONDS = 300;
    private static final int MOST_REMEMBERED = 300;

    private record Advice(Instant at, int replicas) {}

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<HorizontalPodAutoscaler> scalers;
    private final Cache<Pod> pods;
    private final Recorder events;
    private final PodMetrics metrics;
    private final Written written;
    private final Map<String, Deque<Advice>> advices = new ConcurrentHashMap<>();
    private final ControlLoop loop;

    Autoscalers(Writer writer, ControllersConfig config, Cache<HorizontalPodAutoscaler> scalers, Cache<Pod> pods) {
        this.writer = writer;
        this.config = config;
        this.scalers = scalers;
        this.pods = pods;
        this.events = new Recorder(writer, config.clock(), "horizontal-pod-autoscaler");
        this.metrics = new PodMetrics(writer);
        this.written = new Written(scalers);
        this.loop = new ControlLoop("autoscalers", 1, this::reconcile);
        scalers.onChanged((a, b) -> java.util.Objects.equals(a.getMetadata().getGeneration(), b.getMetadata().getGeneration()) && a.getSpec().equals(b.getSpec()),
                s -> loop.add(Cache.key(s)));
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String key) {
        var found = scalers.find(key).filter(s -> !Cache.leaving(s));
        if (found.isEmpty()) {
            advices.remove(key);
            return Optional.empty();
        }
        if (!written.shown(key)) {
            return Optional.of(Written.SOON);
        }
        new Look(found.get()).run();
        return Optional.of(PERIOD);
    }

    /** One look at one autoscaler. */
    private final class Look {

        private final HorizontalPodAutoscaler scaler;
        private final Instant now = config.clock().instant();
        private final Map<String, Map<String, Object>> conditions = new LinkedHashMap<>();
        private final List<Object> current = new ArrayList<>();
        private boolean news;
        private @Nullable String lastScale;

        Look(HorizontalPodAutoscaler scaler) {
            this.scaler = scaler;
            if (scaler.getStatus() != null) {
                lastScale = scaler.getStatus().getLastScaleTime();
                scaler.getStatus().getConditions().forEach(c -> conditions.put(c.getType(), new HashMap<>(
                        new Condition(c.getType(), c.getStatus(), c.getReason(), c.getMessage()).fields("lastTransitionTime", Instant.parse(c.getLastTransitionTime())))));
            }
        }

        /** @return whether status or reason are new */
        private boolean say(String type, boolean holds, String reason, String message) {
            var before = conditions.get(type);
            var status = holds ? "True" : "False";
            var since = before != null && status.equals(before.get("status")) ? Instant.parse(String.valueOf(before.get("lastTransitionTime"))) : now;
            var fields = new HashMap<String, Object>(new Condition(type, status, reason, message).fields("lastTransitionTime", since));
            var changed = !fields.equals(before);
            news |= changed;
            conditions.put(type, fields);
            return changed;
        }

        void run() {
            var reference = scaler.getSpec().getScaleTargetRef();
            Optional<String> path;
            JsonNode scale;
            try {
                path = Targets.path(writer, Cache.namespace(scaler), reference.getApiVersion(), reference.getKind(), reference.getName());
                if (path.isEmpty()) {
                    noScale("no matches for kind \"" + reference.getKind() + "\" in group \"" + Targets.group(reference.getApiVersion()) + "\"");
                    return;
                }
                var body = writer.client().raw(path.get());
                if (body == null) {
                    noScale(Targets.missing(path.get(), reference.getName()));
                    return;
                }
                scale = writer.client().getKubernetesSerialization().unmarshal(body, JsonNode.class);
            } catch (KubernetesClientException e) {
                noScale(NewPods.reason(e));
                return;
            }
            say("AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
            var replicas = scale.path("spec").path("replicas").asInt();
            var least = scaler.getSpec().getMinReplicas() == null ? 1 : scaler.getSpec().getMinReplicas();
            var most = scaler.getSpec().getMaxReplicas();
            var wished = replicas;
            var reason = "";
            if (replicas == 0 && least != 0) {
                say("ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
            } else if (replicas > most) {
                wished = most;
                reason = "Current number of replicas above Spec.MaxReplicas";
            } else if (replicas < least) {
                wished = least;
                reason = "Current number of replicas below Spec.MinReplicas";
            } else {
                var advice = measure(scale, replicas);
                if (advice.isEmpty()) {
                    tell(replicas, 0);
                    return;
                }
                wished = limit(advice.get(), replicas, least, most);
                reason = wished > replicas ? "All metrics above target" : "All metrics below target";
            }
            if (wished != replicas) {
                rescale(path.get(), wished, reason);
            }
            tell(replicas, wished);
        }

        private void noScale(String message) {
            if (say("AbleToScale", false, "FailedGetScale", "the HPA controller was unable to get the target's current scale: " + message)) {
                events.warning(scaler, "FailedGetScale", message);
            }
            var status = scaler.getStatus();
            tell(status == null ? 0 : Numbers.of(status.getCurrentReplicas()), status == null ? 0 : Numbers.of(status.getDesiredReplicas()));
        }

        private Optional<Integer> measure(JsonNode scale, int replicas) {
            var selector = scale.path("status").path("selector").asText("");
            if (selector.isEmpty()) {
                if (say("ScalingActive", false, "InvalidSelector", "the HPA target's scale is missing a selector")) {
                    events.warning(scaler, "SelectorRequired", "selector is required");
                }
                return Optional.empty();
            }
            var most = -1;
            var first = "";
            var faults = new ArrayList<String>();
            for (var metric : scaler.getSpec().getMetrics()) {
                try {
                    var reading = one(metric, selector, replicas);
                    if (reading > most) {
                        most = reading;
                        first = name(metric);
                    }
                } catch (IllegalStateException e) {
                    faults.add(String.valueOf(e.getMessage()));
                }
            }
            if (scaler.getSpec().getMetrics().isEmpty()) {
                say("ScalingActive", false, "InvalidMetricSourceType", "the HPA names no metric");
                return Optional.empty();
            }
            // With some unknown it may grow, but not shrink.
            if (!faults.isEmpty() && most <= replicas) {
                var count = scaler.getSpec().getMetrics().size();
                var kind = scaler.getSpec().getMetrics().getFirst().getType();
                var reason = "FailedGet" + kind + "Metric";
                var changed = say("ScalingActive", false, reason, "the HPA was unable to compute the replica count: " + faults.getFirst());
                if (changed) {
                    events.warning(scaler, reason, faults.getFirst());
                    events.warning(scaler, "FailedComputeMetricsReplicas", "invalid metrics (" + faults.size() + " invalid out of " + count + "), first error is: failed to get "
                            + name(scaler.getSpec().getMetrics().getFirst()).replaceFirst(" .*", "") + " resource metric value: " + faults.getFirst());
                }
                return Optional.empty();
            }
            say("ScalingActive", true, "ValidMetricFound", "the HPA was able to successfully calculate a replica count from " + first);
            return Optional.of(most);
        }

        private String name(MetricSpec metric) {
            var resource = metric.getResource() != null ? metric.getResource().getName() : metric.getContainerResource() != null ? metric.getContainerResource().getName() : metric.getType();
            var target = metric.getResource() != null ? metric.getResource().getTarget() : metric.getContainerResource() != null ? metric.getContainerResource().getTarget() : null;
            return resource + (target != null && target.getAverageUtilization() != null ? " resource utilization (percentage of request)" : " resource");
        }

        private int one(MetricSpec metric, String selector, int replicas) {
            String resource;
            MetricTarget target;
            Optional<String> container = Optional.empty();
            if (metric.getResource() != null) {
                resource = metric.getResource().getName();
                target = metric.getResource().getTarget();
            } else if (metric.getContainerResource() != null) {
                resource = metric.getContainerResource().getName();
                target = metric.getContainerResource().getTarget();
                container = Optional.of(metric.getContainerResource().getContainer());
            } else {
                throw new IllegalStateException("unable to get metric of type " + metric.getType() + ": no custom metrics API (custom.metrics.k8s.io) registered");
            }
            var percent = Optional.ofNullable(target.getAverageUtilization());
            PodMetrics.Reading reading;
            try {
                reading = metrics.read(Cache.namespace(scaler), selector, resource, container, behind(selector), replicas, percent, Optional.ofNullable(target.getAverageValue()));
            } catch (IllegalStateException e) {
                throw new IllegalStateException("failed to get " + resource + (percent.isPresent() ? " utilization: " : " usage: ") + e.getMessage(), e);
            }
            var shown = new HashMap<String, Object>();
            shown.put("averageValue", text(resource, reading.average()));
            reading.percent().ifPresent(p -> shown.put("averageUtilization", p));
            current.add(container.isEmpty() ? Map.of("type", "Resource", "resource", Map.of("name", resource, "current", shown))
                    : Map.of("type", "ContainerResource", "containerResource", Map.of("name", resource, "container", container.get(), "current", shown)));
            return reading.replicas();
        }

        private static String text(String resource, BigDecimal amount) {
            return resource.equals("cpu") ? amount.movePointRight(3).setScale(0, java.math.RoundingMode.CEILING).toPlainString() + "m"
                    : amount.setScale(0, java.math.RoundingMode.CEILING).toPlainString();
        }

        private List<Pod> behind(String selector) {
            var wanted = new HashMap<String, String>();
            for (var part : selector.split(",")) {
                var at = part.indexOf('=');
                if (at > 0 && part.charAt(at - 1) != '!') {
                    wanted.put(part.substring(0, at), part.substring(part.lastIndexOf('=') + 1));
                }
            }
            return pods.inNamespace(Cache.namespace(scaler)).stream().filter(p -> Numbers.labels(p.getMetadata().getLabels()).entrySet().containsAll(wanted.entrySet())).toList();
        }

        /** Not down while a higher number was advised of late, not up by more than doubling or four, and within the limits. */
        private int limit(int advised, int replicas, int least, int most) {
            var behavior = scaler.getSpec().getBehavior();
            var down = behavior == null || behavior.getScaleDown() == null || behavior.getScaleDown().getStabilizationWindowSeconds() == null
                    ? STABLE_SECONDS : behavior.getScaleDown().getStabilizationWindowSeconds();
            var past = advices.computeIfAbsent(Cache.key(scaler), k -> new ArrayDeque<>());
            past.addLast(new Advice(now, advised));
            past.removeIf(a -> a.at.isBefore(now.minusSeconds(down)));
            while (past.size() > MOST_REMEMBERED) {
                past.removeFirst();
            }
            var stable = advised < replicas ? Math.min(replicas, past.stream().mapToInt(Advice::replicas).max().orElse(advised)) : advised;
            if (stable != advised) {
                say("AbleToScale", true, "ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation");
            } else {
                say("AbleToScale", true, "ReadyForNewScale", "recommended size matches current size");
            }
            var fastest = Math.max(2 * replicas, replicas + 4);
            var upper = Math.min(most, fastest);
            if (stable > upper) {
                if (upper == most) {
                    say("ScalingLimited", true, "TooManyReplicas", "the desired replica count is more than the maximum replica count");
                } else {
                    say("ScalingLimited", true, "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
                }
                return upper;
            }
            if (stable < least) {
                say("ScalingLimited", true, "TooFewReplicas", "the desired replica count is less than the minimum replica count");
                return least;
            }
            say("ScalingLimited", false, "DesiredWithinRange", "the desired count is within the acceptable range");
            return stable;
        }

        private void rescale(String path, int wished, String reason) {
            try {
                var body = writer.client().raw(path);
                JsonNode scale = writer.client().getKubernetesSerialization().unmarshal(body == null ? "{}" : body, JsonNode.class);
                ((com.fasterxml.jackson.databind.node.ObjectNode) scale).withObject("/spec").put("replicas", wished);
                writer.client().raw(path + "?fieldManager=" + Writer.MANAGER, "PUT", scale);
                say("AbleToScale", true, "SucceededRescale", "the HPA controller was able to update the target scale to " + wished);
                events.normal(scaler, "SuccessfulRescale", "New size: " + wished + "; reason: " + reason);
                lastScale = Condition.seconds(now);
                news = true;
            } catch (KubernetesClientException e) {
                if (say("AbleToScale", false, "FailedUpdateScale", "the HPA controller was unable to update the target scale: " + NewPods.reason(e))) {
                    events.warning(scaler, "FailedRescale", "New size: " + wished + "; reason: " + reason + "; error: " + NewPods.reason(e));
                }
            }
        }

        private void tell(int replicas, int wished) {
            var status = new HashMap<String, @Nullable Object>();
            status.put("currentReplicas", Numbers.some(replicas));
            status.put("desiredReplicas", wished);
            status.put("lastScaleTime", lastScale);
            status.put("currentMetrics", current.isEmpty() ? null : current);
            if (news || !Numbers.shows(writer, scaler.getStatus(), status)) {
                status.put("conditions", List.copyOf(conditions.values()));
                written.note(Cache.key(scaler), writer.mergeStatus(scaler, status));
            }
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}

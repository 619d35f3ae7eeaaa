package dev.skerry.kube.controllers;

import dev.skerry.kube.controllers.NodeFit.Refusal;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What Pods demand of one another: affinity, anti-affinity (also of those that are there already) and an even spread over the domains of a topology key. Only what
 * is required counts, not what is preferred. Pure.
 */
final class Neighbours {

    private static final Refusal NO_LABEL = new Refusal("node(s) didn't match pod topology spread constraints (missing required label)", false);
    private static final Refusal UNEVEN = new Refusal("node(s) didn't match pod topology spread constraints", true);
    private static final Refusal FAR = new Refusal("node(s) didn't match pod affinity rules", false);
    private static final Refusal NEAR = new Refusal("node(s) didn't match pod anti-affinity rules", true);
    private static final Refusal UNWANTED = new Refusal("node(s) didn't satisfy existing pods anti-affinity rules", true);

    private final Pod pod;
    private final Collection<Node> nodes;
    private final Function<String, Map<String, String>> namespaces;
    private final Map<String, Map<String, String>> labels;
    private final List<Pod> there;
    private final List<PodAffinityTerm> wanted;
    private final List<PodAffinityTerm> shunned;
    private final Set<Domain> with = new HashSet<>();
    private final Set<Domain> without = new HashSet<>();
    private final Set<Domain> unwelcome = new HashSet<>();

    /** The nodes whose label of a key has a value. */
    private record Domain(String key, String value) {}

    /**
     * @param there the Pods on nodes that have not ended
     * @param namespaces the labels of a namespace
     */
    Neighbours(Pod pod, Collection<Node> nodes, Collection<Pod> there, Function<String, Map<String, String>> namespaces) {
        this.pod = pod;
        this.nodes = nodes;
        this.namespaces = namespaces;
        this.labels = nodes.stream().collect(Collectors.toMap(n -> n.getMetadata().getName(), Neighbours::labels));
        this.there = List.copyOf(there);
        this.wanted = affinity(pod);
        this.shunned = antiAffinity(pod);
        for (var other : there) {
            if (!wanted.isEmpty() && wanted.stream().allMatch(t -> means(t, pod, other))) {
                wanted.forEach(t -> domain(other, t).ifPresent(with::add));
            }
            shunned.stream().filter(t -> means(t, pod, other)).forEach(t -> domain(other, t).ifPresent(without::add));
            antiAffinity(other).stream().filter(t -> means(t, other, pod)).forEach(t -> domain(other, t).ifPresent(unwelcome::add));
        }
    }

    private static Map<String, String> labels(Node node) {
        return node.getMetadata().getLabels() == null ? Map.of() : node.getMetadata().getLabels();
    }

    private static Map<String, String> labels(Pod pod) {
        return pod.getMetadata().getLabels() == null ? Map.of() : pod.getMetadata().getLabels();
    }

    /** Whether a Pod's place depends on others. */
    static boolean mind(Pod pod) {
        return !affinity(pod).isEmpty() || !antiAffinity(pod).isEmpty() || !spread(pod).isEmpty();
    }

    private static List<PodAffinityTerm> affinity(Pod pod) {
        var affinity = pod.getSpec().getAffinity();
        return affinity == null || affinity.getPodAffinity() == null ? List.of() : affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
    }

    private static List<PodAffinityTerm> antiAffinity(Pod pod) {
        var affinity = pod.getSpec().getAffinity();
        return affinity == null || affinity.getPodAntiAffinity() == null ? List.of() : affinity.getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution();
    }

    private static List<TopologySpreadConstraint> spread(Pod pod) {
        return pod.getSpec().getTopologySpreadConstraints().stream().filter(c -> "DoNotSchedule".equals(c.getWhenUnsatisfiable())).toList();
    }

    private Optional<Domain> domain(Pod on, PodAffinityTerm term) {
        return Optional.ofNullable(labels.getOrDefault(PodState.node(on), Map.of()).get(term.getTopologyKey())).map(v -> new Domain(term.getTopologyKey(), v));
    }

    /** Whether a term of one Pod speaks of another. */
    private boolean means(PodAffinityTerm term, Pod of, Pod other) {
        var namespace = other.getMetadata().getNamespace();
        var named = term.getNamespaces();
        var chosen = term.getNamespaceSelector();
        var near = named.isEmpty() && chosen == null ? namespace.equals(of.getMetadata().getNamespace())
                : named.contains(namespace) || chosen != null && matches(chosen, namespaces.apply(namespace));
        return near && term.getLabelSelector() != null && matches(term.getLabelSelector(), labels(other))
                && term.getMatchLabelKeys().stream().allMatch(k -> !labels(of).containsKey(k) || same(k, of, other))
                && term.getMismatchLabelKeys().stream().noneMatch(k -> labels(of).containsKey(k) && same(k, of, other));
    }

    private static boolean same(String key, Pod one, Pod other) {
        return Objects.equals(labels(one).get(key), labels(other).get(key));
    }

    private static Domain of(PodAffinityTerm term, Map<String, String> has) {
        return new Domain(term.getTopologyKey(), has.getOrDefault(term.getTopologyKey(), ""));
    }

    /** Here a selector without terms means all. */
    private static boolean matches(LabelSelector selector, Map<String, String> given) {
        return labelsOf(selector.getMatchLabels(), given) && selector.getMatchExpressions().stream().allMatch(r -> Selection.holds(given, r.getKey(), r.getOperator(), r.getValues()));
    }

    private static boolean labelsOf(@Nullable Map<String, String> wanted, Map<String, String> given) {
        return wanted == null || given.entrySet().containsAll(wanted.entrySet());
    }

    Optional<Refusal> refuses(Node node) {
        var has = labels(node);
        for (var constraint : spread(pod)) {
            var refusal = uneven(constraint, has);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        if (!wanted.isEmpty() && !near(has)) {
            return Optional.of(FAR);
        }
        if (shunned.stream().anyMatch(t -> has.containsKey(t.getTopologyKey()) && without.contains(of(t, has)))) {
            return Optional.of(NEAR);
        }
        return unwelcome.stream().anyMatch(d -> d.value().equals(has.get(d.key()))) ? Optional.of(UNWANTED) : Optional.empty();
    }

    private boolean near(Map<String, String> has) {
        if (!wanted.stream().allMatch(t -> has.containsKey(t.getTopologyKey()))) {
            return false;
        }
        // The first of a group that wants to be together has nobody to join.
        return wanted.stream().allMatch(t -> with.contains(of(t, has)))
                || with.isEmpty() && wanted.stream().allMatch(t -> means(t, pod, pod));
    }

    private Optional<Refusal> uneven(TopologySpreadConstraint constraint, Map<String, String> has) {
        var key = constraint.getTopologyKey();
        if (!has.containsKey(key)) {
            return Optional.of(NO_LABEL);
        }
        var counts = new HashMap<String, Integer>();
        var keys = spread(pod).stream().map(TopologySpreadConstraint::getTopologyKey).toList();
        for (var node : nodes) {
            if (counted(constraint, node) && labels(node).keySet().containsAll(keys)) {
                var here = (int) there.stream().filter(p -> PodState.node(p).equals(node.getMetadata().getName()) && alike(constraint, p)).count();
                counts.merge(labels(node).get(key), here, Integer::sum);
            }
        }
        var minimum = constraint.getMinDomains() != null && counts.size() < constraint.getMinDomains() ? 0 : counts.values().stream().mapToInt(n -> n).min().orElse(0);
        var self = selects(constraint, pod) ? 1 : 0;
        return counts.getOrDefault(has.get(key), 0) + self - minimum > constraint.getMaxSkew() ? Optional.of(UNEVEN) : Optional.empty();
    }

    private boolean counted(TopologySpreadConstraint constraint, Node node) {
        var fit = new NodeFit(node, List.of());
        return ("Ignore".equals(constraint.getNodeAffinityPolicy()) || fit.allowedBy(pod))
                && (!"Honor".equals(constraint.getNodeTaintsPolicy()) || fit.untolerated(pod).isEmpty());
    }

    private boolean alike(TopologySpreadConstraint constraint, Pod other) {
        return other.getMetadata().getNamespace().equals(pod.getMetadata().getNamespace()) && other.getMetadata().getDeletionTimestamp() == null && selects(constraint, other);
    }

    private boolean selects(TopologySpreadConstraint constraint, Pod other) {
        return constraint.getLabelSelector() != null && matches(constraint.getLabelSelector(), labels(other))
                && constraint.getMatchLabelKeys().stream().allMatch(k -> !labels(pod).containsKey(k) || same(k, pod, other));
    }
}

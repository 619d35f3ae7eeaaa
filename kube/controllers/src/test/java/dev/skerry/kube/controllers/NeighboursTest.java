package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.PodAffinityTermBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What Pods demand of one another, on three nodes of two zones. */
class NeighboursTest {

    private static final List<Node> NODES = List.of(node("a", "east"), node("b", "east"), node("c", "west"));
    private static final LabelSelector WEB = new LabelSelectorBuilder().addToMatchLabels("app", "web").build();

    private static Node node(String name, String zone) {
        return new NodeBuilder().withNewMetadata().withName(name).addToLabels("zone", zone).addToLabels("host", name).endMetadata().withNewSpec().endSpec().build();
    }

    private static PodBuilder pod(String name, String app, String node) {
        return new PodBuilder().withNewMetadata().withName(name).withNamespace("default").addToLabels("app", app).endMetadata().withNewSpec().withNodeName(node).endSpec();
    }

    private static PodAffinityTerm term(String key) {
        return new PodAffinityTermBuilder().withLabelSelector(WEB).withTopologyKey(key).build();
    }

    private static Pod near(String app, String key) {
        return pod("new", app, null).editSpec().withNewAffinity().withNewPodAffinity().addToRequiredDuringSchedulingIgnoredDuringExecution(term(key)).endPodAffinity().endAffinity().endSpec().build();
    }

    private static Pod away(String name, String app, String node, String key) {
        return pod(name, app, node).editSpec().withNewAffinity().withNewPodAntiAffinity().addToRequiredDuringSchedulingIgnoredDuringExecution(term(key)).endPodAntiAffinity().endAffinity().endSpec().build();
    }

    private static List<String> where(Pod pod, Pod... there) {
        var neighbours = new Neighbours(pod, NODES, List.of(there), n -> Map.of());
        return NODES.stream().filter(n -> neighbours.refuses(n).isEmpty()).map(n -> n.getMetadata().getName()).toList();
    }

    @Test
    void goesWhereItsCompanyIs() {
        assertThat(where(near("other", "zone"), pod("w", "web", "a").build())).containsExactly("a", "b");
        assertThat(where(near("other", "host"), pod("w", "web", "a").build())).containsExactly("a");
        assertThat(where(near("other", "zone"))).isEmpty();
        assertThat(where(near("other", "rack"), pod("w", "web", "a").build())).isEmpty();
    }

    @Test
    void letsTheFirstOfAGroupInAnywhere() {
        assertThat(where(near("web", "zone"))).containsExactly("a", "b", "c");
    }

    @Test
    void keepsAwayInBothDirections() {
        assertThat(where(away("new", "other", null, "zone"), pod("w", "web", "a").build())).containsExactly("c");
        // The one that is there does not want the new one.
        assertThat(where(pod("new", "web", null).build(), away("old", "other", "c", "zone"))).containsExactly("a", "b");
    }

    @Test
    void looksAtItsOwnNamespaceUnlessTold() {
        var elsewhere = pod("w", "web", "a").editMetadata().withNamespace("shop").endMetadata().build();
        assertThat(where(near("other", "zone"), elsewhere)).isEmpty();
        var told = near("other", "zone");
        told.getSpec().getAffinity().getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution().getFirst().setNamespaces(List.of("shop"));
        assertThat(where(told, elsewhere)).containsExactly("a", "b");
    }

    /** Placed one after another, Pods with a spread are never further apart than they may be. */
    @Property(tries = 200)
    void spreadsEvenly(@ForAll @Size(max = 12) List<@IntRange(max = 2) Integer> choices, @ForAll @IntRange(min = 1, max = 2) int skew) {
        var there = new ArrayList<Pod>();
        for (var choice : choices) {
            var next = pod("p" + there.size(), "web", null).editSpec().addNewTopologySpreadConstraint().withMaxSkew(skew).withTopologyKey("zone")
                    .withWhenUnsatisfiable("DoNotSchedule").withLabelSelector(WEB).endTopologySpreadConstraint().endSpec().build();
            var open = where(next, there.toArray(Pod[]::new));
            assertThat(open).isNotEmpty();
            there.add(new PodBuilder(next).editSpec().withNodeName(open.get(choice % open.size())).endSpec().build());
        }
        long west = there.stream().filter(p -> p.getSpec().getNodeName().equals("c")).count();
        assertThat(Math.abs(there.size() - 2 * west)).isLessThanOrEqualTo(skew);
    }
}

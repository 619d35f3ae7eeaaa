package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.kube.controllers.Proportion.Part;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ProportionTest {

    /** Sets in the middle of a rollout: each noted how many Pods there could be in all. */
    @Provide
    Arbitrary<List<Part>> parts() {
        return Combinators.combine(Arbitraries.integers().between(1, 200).list().ofMinSize(1).ofMaxSize(6), Arbitraries.integers().between(0, 50))
                .as((sizes, room) -> {
                    var most = sizes.stream().mapToInt(Integer::intValue).sum() + room;
                    return sizes.stream().sorted(Comparator.reverseOrder()).map(s -> new Part(s, most)).toList();
                });
    }

    /** None lost, none twice: whatever the sizes were, together they become what is allowed. */
    @Property
    void sharesExactlyWhatIsAllowed(@ForAll("parts") List<Part> parts, @ForAll @IntRange(max = 300) int wished, @ForAll @IntRange(max = 50) int surge) {
        var most = wished + surge;
        var sizes = Proportion.share(parts, wished, most, 100);
        assertThat(sizes).hasSameSizeAs(parts).allMatch(s -> s >= 0);
        assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(wished == 0 ? 0 : most);
    }

    /** The example of the Kubernetes documentation: 10 to 15 in the middle of a rollout, with a surge of 3. */
    @Test
    void sharesAsUpstreamDoes() {
        assertThat(Proportion.share(List.of(new Part(8, 13), new Part(5, 13)), 15, 18, 13)).containsExactly(11, 7);
    }

    @Property
    void aRolloutCanAlwaysTakeAStep(@ForAll @IntRange(max = 1000) int replicas, @ForAll @IntRange(max = 100) int over, @ForAll @IntRange(max = 100) int under) {
        var surge = Surge.of(replicas, new IntOrString(over + "%"), new IntOrString(under + "%"));
        assertThat(surge.least()).isBetween(0, replicas);
        assertThat(surge.most()).isGreaterThanOrEqualTo(replicas);
        assertThat(replicas == 0 || surge.most() > surge.least()).isTrue();
    }
}

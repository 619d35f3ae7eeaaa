package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What is kept in short form is found as if it were whole. */
class OwnerGraphTest {

    private static final List<Kind> KINDS = List.of(
            new Kind("", "v1", "pods", "Pod", true, Set.of("watch")), new Kind("", "v1", "configmaps", "ConfigMap", true, Set.of("watch")));

    @Property(tries = 100)
    void knowsAfterAnyHistoryWhoIsThereAndWhoDependsOnWhom(@ForAll long seed) {
        var random = new Random(seed);
        // UUIDs, what only looks like one, and others.
        var uids = IntStream.range(0, 12).mapToObj(i -> switch (i % 3) {
            case 0 -> new UUID(i, i).toString();
            case 1 -> new UUID(i, ~i).toString().toUpperCase(java.util.Locale.ROOT);
            default -> "uid-" + i;
        }).toList();
        var graph = new OwnerGraph();
        var model = new HashMap<String, Held>();
        for (int i = 0; i < 200; i++) {
            var uid = uids.get(random.nextInt(uids.size()));
            var known = model.get(uid);
            if (random.nextInt(4) == 0) {
                assertThat(graph.remove(uid).map(Held::uid)).isEqualTo(java.util.Optional.ofNullable(model.remove(uid)).map(Held::uid));
            } else {
                var owners = random.nextBoolean() ? List.<Held.Owner>of() : List.of(new Held.Owner(uids.get(random.nextInt(uids.size())), "", "Pod", "o", random.nextBoolean()));
                var kind = known == null ? KINDS.get(random.nextInt(2)) : known.kind();
                var held = new Held(uid, kind, "ns" + random.nextInt(2), "name", owners, random.nextInt(4) == 0, false, false);
                assertThat(graph.put(held).map(Held::uid)).isEqualTo(java.util.Optional.ofNullable(model.put(uid, held)).map(Held::uid));
            }
            for (var one : uids) {
                var expected = model.get(one);
                assertThat(graph.find(one).map(OwnerGraphTest::shown)).isEqualTo(java.util.Optional.ofNullable(expected).map(OwnerGraphTest::shown));
                assertThat(graph.dependentsOf(one)).containsExactlyInAnyOrderElementsOf(
                        model.values().stream().filter(h -> h.owners().stream().anyMatch(o -> o.uid().equals(one))).toList());
            }
        }
        for (var kind : KINDS) {
            assertThat(graph.ofKind(kind).stream().map(Held::uid).collect(Collectors.toSet()))
                    .isEqualTo(model.values().stream().filter(h -> h.kind().equals(kind)).map(Held::uid).collect(Collectors.toSet()));
        }
    }

    /** All but the name of what nothing holds. */
    private static Map<String, Object> shown(Held held) {
        return Map.of("uid", held.uid(), "kind", held.kind(), "namespace", held.namespace(), "owners", held.owners(), "leaving", held.leaving(), "name", held.plain() ? "" : held.name());
    }
}

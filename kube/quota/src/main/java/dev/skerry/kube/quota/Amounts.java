package dev.skerry.kube.quota;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Amounts of resources by name. */
public final class Amounts {

    private static final List<String> POD_LEVEL = List.of("cpu", "memory");

    private Amounts() {}

    /** The number that is meant; zero if the text is no quantity. */
    public static BigDecimal of(String quantity) {
        return Quantity.parse(quantity).orElse(BigDecimal.ZERO);
    }

    /** A map of quantities as objects hold it. */
    public static Map<String, Amount> read(JsonNode quantities) {
        var amounts = new TreeMap<String, Amount>();
        quantities.properties().forEach(e -> amounts.put(e.getKey(), Amount.of(e.getValue().asText())));
        return amounts;
    }

    /** As objects hold it. */
    public static ObjectNode write(Map<String, Amount> amounts) {
        var node = JsonNodeFactory.instance.objectNode();
        amounts.forEach((name, amount) -> node.put(name, amount.text()));
        return node;
    }

    /** For messages: {@code cpu=1,memory=2Gi}. */
    public static String text(Map<String, Amount> amounts) {
        var parts = new java.util.StringJoiner(",");
        new TreeMap<>(amounts).forEach((name, amount) -> parts.add(name + "=" + amount.text()));
        return parts.toString();
    }

    /** What a whole Pod takes: {@code requests} or {@code limits}. */
    public static ObjectNode ofPod(JsonNode pod, String member) {
        return write(sumOfPod(pod, member));
    }

    /** The sum of the containers, or more if an init container needs it before; sidecars stay; the overhead on top. A Pod's own word counts more. */
    static Map<String, Amount> sumOfPod(JsonNode pod, String member) {
        var spec = pod.path("spec");
        var sum = new TreeMap<String, Amount>();
        spec.path("containers").forEach(c -> add(sum, read(c.path("resources").path(member))));
        var sidecars = new TreeMap<String, Amount>();
        var highest = new TreeMap<String, Amount>();
        for (var init : spec.path("initContainers")) {
            var own = read(init.path("resources").path(member));
            if (init.path("restartPolicy").asText("").equals("Always")) {
                add(sum, own);
                add(sidecars, own);
                highest(highest, sidecars);
            } else {
                var atOnce = new TreeMap<>(own);
                add(atOnce, sidecars);
                highest(highest, atOnce);
            }
        }
        highest(sum, highest);
        read(spec.path("resources").path(member)).forEach((name, amount) -> {
            if (POD_LEVEL.contains(name) || name.startsWith("hugepages-")) {
                sum.put(name, amount);
            }
        });
        read(spec.path("overhead")).forEach((name, amount) -> {
            // An overhead of what has no limit sets none.
            if (member.equals("requests") || sum.containsKey(name)) {
                sum.merge(name, amount, Amount::plus);
            }
        });
        return sum;
    }

    static void add(Map<String, Amount> to, Map<String, Amount> more) {
        more.forEach((name, amount) -> to.merge(name, amount, Amount::plus));
    }

    private static void highest(Map<String, Amount> to, Map<String, Amount> other) {
        other.forEach((name, amount) -> to.merge(name, amount, Amount::max));
    }
}

package dev.skerry.program;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes Skerry's kinds known to the API that it runs on, whichever that is. */
final class Crds {

    private static final List<String> PLURALS =
            List.of("sites", "apps", "works", "jointokens", "devicemodels", "devices", "rules", "sinks");
    private static final int MOST_SECONDS = 20;

    private Crds() {}

    static void apply(KubernetesClient client) throws IOException {
        for (var plural : PLURALS) {
            try (InputStream in = Crds.class.getResourceAsStream("/META-INF/fabric8/" + plural + ".skerry.dev-v1.yml")) {
                if (in == null) {
                    throw new IOException(plural + ".skerry.dev: no definition in the program (expected: one for each kind)");
                }
                client.apiextensions().v1().customResourceDefinitions().load(in).forceConflicts().serverSideApply();
            }
        }
        for (var plural : PLURALS) {
            client.apiextensions().v1().customResourceDefinitions().withName(plural + ".skerry.dev").waitUntilCondition(
                    d -> d != null && d.getStatus() != null && d.getStatus().getConditions().stream()
                            .anyMatch(c -> "Established".equals(c.getType()) && "True".equals(c.getStatus())),
                    MOST_SECONDS, TimeUnit.SECONDS);
        }
    }
}

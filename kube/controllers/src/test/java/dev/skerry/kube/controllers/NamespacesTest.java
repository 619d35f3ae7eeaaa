package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NamespaceCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespacesTest {

    @TempDir
    Path folder;

    private Cluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.start(folder);
        client = cluster.client();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void keepsTheNamespacesThatEverybodyExpects() {
        await().untilAsserted(() -> assertThat(client.namespaces().list().getItems())
                .extracting(n -> n.getMetadata().getName()).containsExactlyInAnyOrder("default", "kube-system", "kube-public", "kube-node-lease"));
    }

    @Test
    void furnishesANamespaceAndRepairsWhatIsTakenAway() {
        client.resource(new NamespaceBuilder().withNewMetadata().withName("plant").endMetadata().build()).create();
        await().until(() -> client.serviceAccounts().inNamespace("plant").withName("default").get() != null);
        var map = client.configMaps().inNamespace("plant").withName("kube-root-ca.crt");
        await().untilAsserted(() -> assertThat(map.get().getData()).isEqualTo(Map.of("ca.crt", cluster.authority())));

        client.serviceAccounts().inNamespace("plant").withName("default").delete();
        map.edit(m -> new ConfigMapBuilder(m).withData(Map.of("ca.crt", "none")).build());

        await().until(() -> client.serviceAccounts().inNamespace("plant").withName("default").get() != null);
        await().untilAsserted(() -> assertThat(map.get().getData()).isEqualTo(Map.of("ca.crt", cluster.authority())));
    }

    @Test
    void emptiesANamespaceBeforeItGoes() {
        client.resource(new NamespaceBuilder().withNewMetadata().withName("plant").endMetadata().build()).create();
        await().until(() -> client.configMaps().inNamespace("plant").withName("kube-root-ca.crt").get() != null);
        client.resource(new ConfigMapBuilder().withNewMetadata().withNamespace("plant").withName("held").withFinalizers("example.com/hold").endMetadata().build()).create();

        client.namespaces().withName("plant").delete();

        await().untilAsserted(() -> assertThat(client.namespaces().withName("plant").get().getStatus().getConditions())
                .filteredOn(c -> c.getStatus().equals("True")).extracting(NamespaceCondition::getMessage).containsExactly(
                        "Some resources are remaining: configmaps. has 1 resource instances",
                        "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances"));
        assertThat(client.serviceAccounts().inNamespace("plant").list().getItems()).isEmpty();

        client.configMaps().inNamespace("plant").withName("held").edit(m -> new ConfigMapBuilder(m).editMetadata().withFinalizers(List.of()).endMetadata().build());
        await().until(() -> client.namespaces().withName("plant").get() == null);
    }
}

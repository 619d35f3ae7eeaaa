package dev.skerry.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client inside the process cannot tell that there is no network. */
class InnerHttpTest {

    @TempDir
    Path folder;

    private RunningApi api;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        api = RunningApi.start(folder);
        client = InnerHttp.client(api.server().inner(Kubeconfig.ADMINISTRATOR), "https://127.0.0.1:" + api.server().port(), "inner", new KubernetesSerialization());
    }

    @AfterEach
    void stop() {
        client.close();
        api.close();
    }

    private static ConfigMap map(String name, String value) {
        return new ConfigMapBuilder().withNewMetadata().withNamespace("default").withName(name).endMetadata().addToData("key", value).build();
    }

    @Test
    void readsAndWritesAsOverTheNetwork() {
        var made = client.resource(map("a", "ä€𝄞")).create();
        assertThat(made.getMetadata().getManagedFields()).singleElement().satisfies(f -> assertThat(f.getManager()).isEqualTo("inner"));
        assertThat(client.resource(made).get()).isEqualTo(api.client().resource(made).get());
        assertThat(client.resource(map("b", "applied")).serverSideApply().getData()).containsEntry("key", "applied");
        assertThat(client.configMaps().inNamespace("default").withName("a").edit(m -> new ConfigMapBuilder(m).addToData("more", "x".repeat(300_000)).build()).getData()).hasSize(2);
        assertThat(client.configMaps().inNamespace("default").list().getItems()).extracting(m -> m.getMetadata().getName()).containsExactly("a", "b");
        assertThatThrownBy(() -> client.resource(map("a", "again")).create()).isInstanceOfSatisfying(KubernetesClientException.class, e -> {
            assertThat(e.getCode()).isEqualTo(409);
            assertThat(e.getStatus().getReason()).isEqualTo("AlreadyExists");
        });
        assertThat(client.configMaps().inNamespace("default").withName("none").get()).isNull();
        assertThat(client.configMaps().inNamespace("default").withName("a").delete()).hasSize(1);
        assertThat(client.configMaps().inNamespace("default").withName("a").get()).isNull();
    }

    @Test
    void informersSeeEverythingInOrder() {
        var seen = Collections.synchronizedList(new ArrayList<String>());
        try (var informer = client.configMaps().inNamespace("default").withLabel("watched").inform(new ResourceEventHandler<ConfigMap>() {
            @Override
            public void onAdd(ConfigMap one) {
                seen.add("+" + one.getMetadata().getName());
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap now) {
                seen.add("~" + now.getMetadata().getName());
            }

            @Override
            public void onDelete(ConfigMap one, boolean unknown) {
                seen.add("-" + one.getMetadata().getName());
            }
        })) {
            var wanted = new ArrayList<String>();
            for (int i = 0; i < 100; i++) {
                var one = new ConfigMapBuilder(map("m" + i, "冷水机组 äß" + "x".repeat(10_000))).editMetadata().addToLabels("watched", "yes").endMetadata().build();
                client.resource(one).create();
                client.resource(map("unwatched" + i, "")).create();
                wanted.add("+m" + i);
            }
            client.resource(map("m0", "")).delete();
            wanted.add("-m0");
            await().untilAsserted(() -> assertThat(List.copyOf(seen)).isEqualTo(wanted));
            assertThat(informer.isWatching()).isTrue();
        }
    }

    @Test
    void closingEndsWhatIsOpen() throws Exception {
        var url = client.getMasterUrl() + "api/v1/configmaps?watch=true&resourceVersion=1";
        var request = client.getHttpClient().newHttpRequestBuilder().uri(URI.create(url)).forStreaming().build();
        var stream = client.getHttpClient().sendAsync(request, InputStream.class).get(20, TimeUnit.SECONDS).body();
        client.close();
        assertThatThrownBy(stream::readAllBytes).rootCause().hasMessageContaining("the client has been closed");
        assertThatThrownBy(() -> client.namespaces().list()).isInstanceOf(RuntimeException.class);
    }
}

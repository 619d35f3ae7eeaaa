package dev.skerry.kube.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.Workflow;
import io.javaoperatorsdk.operator.api.reconciler.dependent.Dependent;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.CRUDKubernetesDependentResource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator on the Java Operator SDK with its default settings: server-side apply, a finalizer, a dependent object, a patched status. */
class OperatorTest {

    private static final Duration SOON = Duration.ofSeconds(40);

    @TempDir
    Path folder;

    @Group("harbour.example.com")
    @Version("v1")
    public static final class Boat extends CustomResource<Boat.Spec, Boat.Status> implements Namespaced {
        public static final class Spec {
            public Integer crew;
            public String sail;
        }

        public static final class Status {
            public Integer crew;
        }
    }

    /** The boat's papers, which the operator keeps as they should be. */
    public static final class Papers extends CRUDKubernetesDependentResource<ConfigMap, Boat> {
        public Papers() {
            super(ConfigMap.class);
        }

        @Override
        protected ConfigMap desired(Boat boat, Context<Boat> context) {
            return new ConfigMapBuilder()
                    .withMetadata(new ObjectMetaBuilder().withName(boat.getMetadata().getName() + "-papers").withNamespace(boat.getMetadata().getNamespace()).build())
                    .withData(Map.of("crew", boat.getSpec().crew.toString(), "sail", boat.getSpec().sail))
                    .build();
        }
    }

    @Workflow(dependents = @Dependent(type = Papers.class))
    @ControllerConfiguration(name = "harbour")
    public static final class Harbour implements Reconciler<Boat>, Cleaner<Boat> {
        final AtomicInteger runs = new AtomicInteger();
        final Map<String, Boolean> gone = new ConcurrentHashMap<>();

        @Override
        public UpdateControl<Boat> reconcile(Boat boat, Context<Boat> context) {
            runs.incrementAndGet();
            var status = new Boat.Status();
            status.crew = boat.getSpec().crew;
            boat.setStatus(status);
            return UpdateControl.patchStatus(boat);
        }

        @Override
        public DeleteControl cleanup(Boat boat, Context<Boat> context) {
            gone.put(boat.getMetadata().getName(), true);
            return DeleteControl.defaultDelete();
        }
    }

    @Test
    void reconcilesAndSurvivesARestartOfTheServer() throws Exception {
        Programs.copy("kubectl", folder);
        try (var cluster = Cluster.start(Files.createDirectories(folder.resolve("cluster"))); var user = cluster.newClient(); var own = cluster.newClient()) {
            try (var crd = Files.newInputStream(folder.resolve("boat.crd.yaml"))) {
                user.load(crd).serverSideApply();
            }
            await().atMost(SOON).until(() -> user.apiextensions().v1().customResourceDefinitions().withName("boats.harbour.example.com").get()
                    .getStatus().getConditions().stream().anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True")));
            var harbour = new Harbour();
            var operator = new Operator(o -> o.withKubernetesClient(own).withCloseClientOnStop(false));
            operator.register(harbour);
            operator.start();
            try {
                user.resource(boat("anna", 3)).create();
                await().atMost(SOON).ignoreExceptions().untilAsserted(() -> {
                    assertThat(find(user, "anna").getStatus().crew).isEqualTo(3);
                    assertThat(papers(user, "anna").getData()).containsEntry("crew", "3").containsEntry("sail", "white");
                });
                assertThat(find(user, "anna").getMetadata().getFinalizers()).hasSize(1);

                user.configMaps().inNamespace("default").withName("anna-papers").edit(m -> new ConfigMapBuilder(m).addToData("crew", "99").build());
                await().atMost(SOON).ignoreExceptions().untilAsserted(() -> assertThat(papers(user, "anna").getData()).containsEntry("crew", "3"));

                cluster.restart();
                await().atMost(SOON).ignoreExceptions().untilAsserted(() -> user.resources(Boat.class).inNamespace("default").withName("anna").edit(b -> {
                    b.getSpec().crew = 5;
                    return b;
                }));
                await().atMost(SOON).ignoreExceptions().untilAsserted(() -> {
                    assertThat(find(user, "anna").getStatus().crew).isEqualTo(5);
                    assertThat(papers(user, "anna").getData()).containsEntry("crew", "5");
                });

                user.resources(Boat.class).inNamespace("default").withName("anna").delete();
                await().atMost(SOON).ignoreExceptions().untilAsserted(() -> {
                    assertThat(find(user, "anna")).isNull();
                    assertThat(papers(user, "anna")).isNull();
                });
                assertThat(harbour.gone).containsKey("anna");
                assertThat(harbour.runs.get()).as("a steady object is left alone").isLessThan(30);
            } finally {
                operator.stop();
            }
        }
    }

    private static Boat boat(String name, int crew) {
        var boat = new Boat();
        boat.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("default").build());
        boat.setSpec(new Boat.Spec());
        boat.getSpec().crew = crew;
        return boat;
    }

    private static Boat find(KubernetesClient client, String name) {
        return client.resources(Boat.class).inNamespace("default").withName(name).get();
    }

    private static ConfigMap papers(KubernetesClient client, String name) {
        return client.configMaps().inNamespace("default").withName(name + "-papers").get();
    }
}

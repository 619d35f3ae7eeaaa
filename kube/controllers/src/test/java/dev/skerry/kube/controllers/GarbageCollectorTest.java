package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GarbageCollectorTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ResourceDefinitionContext PUMPS =
            new ResourceDefinitionContext.Builder().withGroup("example.com").withVersion("v1").withKind("Pump").withPlural("pumps").withNamespaced(true).build();

    @TempDir
    Path folder;

    private Cluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        cluster = Cluster.start(folder);
        client = cluster.client();
        await().until(() -> client.serviceAccounts().inNamespace("default").withName("default").get() != null);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private ConfigMap map(String name, OwnerReference... owners) {
        return client.resource(new ConfigMapBuilder().withNewMetadata().withNamespace("default").withName(name).withOwnerReferences(owners).endMetadata().build()).create();
    }

    private Secret secret(String name, OwnerReference... owners) {
        return client.resource(new SecretBuilder().withNewMetadata().withNamespace("default").withName(name).withOwnerReferences(owners).endMetadata().build()).create();
    }

    private static OwnerReference owned(HasMetadata by) {
        return new OwnerReferenceBuilder().withApiVersion(by.getApiVersion()).withKind(by.getKind()).withName(by.getMetadata().getName())
                .withUid(by.getMetadata().getUid()).withBlockOwnerDeletion(true).build();
    }

    private boolean there(HasMetadata object) {
        return client.resource(object).get() != null;
    }

    private void awaitGone(HasMetadata object) {
        await().atMost(PATIENCE).until(() -> !there(object));
    }

    @Test
    void deletesWhatHasLostAllItsOwnersWithAllThatDependsOnIt() {
        var first = map("first");
        var second = map("second");
        var child = secret("child", owned(first), owned(second));
        var grandchild = map("grandchild", owned(child));

        client.resource(first).delete();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(client.resource(child).get().getMetadata().getOwnerReferences())
                .as("the owner that is left").containsExactly(owned(second)));
        assertThat(there(grandchild)).isTrue();

        client.resource(second).delete();
        awaitGone(child);
        awaitGone(grandchild);
    }

    @Test
    void deletesWhatNamesAnOwnerThatNeverWasButNotWhatNamesAnUnknownKind() {
        var real = map("real");
        var impostor = map("impostor", new OwnerReferenceBuilder(owned(real)).withUid("0a0a0a0a-0000-4000-8000-000000000000").build());
        var unknown = map("unknown", new OwnerReferenceBuilder(owned(real)).withApiVersion("example.com/v1").withKind("Nothing").withUid("0b0b0b0b-0000-4000-8000-000000000000").build());
        var kept = map("kept", owned(real));
        awaitGone(impostor);
        assertThat(List.of(there(unknown), there(kept), there(real))).containsOnly(true);
    }

    @Test
    void letsAnOwnerWaitForItsDependentsInTheForeground() {
        var owner = map("owner");
        var child = secret("child", owned(owner));
        client.resource(map("grandchild", owned(child))).edit(m -> new ConfigMapBuilder(m).editMetadata().withFinalizers("example.com/hold").endMetadata().build());

        client.resource(owner).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();

        var grandchild = client.configMaps().inNamespace("default").withName("grandchild");
        await().atMost(PATIENCE).until(() -> grandchild.get() != null && Cache.leaving(grandchild.get()));
        assertThat(client.resource(owner).get().getMetadata().getFinalizers()).containsExactly("foregroundDeletion");
        assertThat(client.resource(child).get().getMetadata().getFinalizers()).containsExactly("foregroundDeletion");

        grandchild.edit(m -> new ConfigMapBuilder(m).editMetadata().withFinalizers(List.of()).endMetadata().build());
        awaitGone(owner);
        assertThat(there(child)).isFalse();
    }

    @Test
    void leavesTheDependentsOfAnOrphaningOwnerBehind() {
        var owner = map("owner");
        var child = secret("child", owned(owner));
        client.resource(owner).withPropagationPolicy(DeletionPropagation.ORPHAN).delete();
        awaitGone(owner);
        assertThat(client.resource(child).get().getMetadata().getOwnerReferences()).isEmpty();
    }

    @Test
    void knowsKindsThatAreDefinedAtRunTime() {
        client.resource(new CustomResourceDefinitionBuilder()
                .withNewMetadata().withName("pumps.example.com").endMetadata()
                .withNewSpec().withGroup("example.com").withScope("Namespaced")
                .withNewNames().withKind("Pump").withPlural("pumps").withSingular("pump").endNames()
                .addNewVersion().withName("v1").withServed(true).withStorage(true)
                .withNewSchema().withNewOpenAPIV3Schema().withType("object").withXKubernetesPreserveUnknownFields(true).endOpenAPIV3Schema().endSchema()
                .endVersion().endSpec().build()).create();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> client.genericKubernetesResources(PUMPS).inNamespace("default").list() != null);
        var owner = map("owner");
        var pump = client.resource(pump("main", owned(owner))).create();
        var dependent = map("dependent", owned(pump));

        client.resource(owner).delete();

        await().atMost(PATIENCE).until(() -> client.genericKubernetesResources(PUMPS).inNamespace("default").withName("main").get() == null);
        awaitGone(dependent);
    }

    private static GenericKubernetesResource pump(String name, OwnerReference owner) {
        return new GenericKubernetesResourceBuilder().withApiVersion("example.com/v1").withKind("Pump")
                .withNewMetadata().withNamespace("default").withName(name).withOwnerReferences(owner).endMetadata().build();
    }

    @Test
    void goesOnAfterARestartWithWhatWasLeftUndone() {
        var owner = map("owner");
        var child = secret("child", owned(owner));
        cluster.withoutControllers(() -> client.resource(owner).delete());
        awaitGone(child);
    }
}

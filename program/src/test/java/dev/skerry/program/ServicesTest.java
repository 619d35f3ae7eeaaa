package dev.skerry.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.kube.node.BusyboxImage;
import dev.skerry.kube.node.Images;
import dev.skerry.kube.node.Teardown;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The shipped program on a real containerd: Services lead to Pods, names are answered, use is measured. */
class ServicesTest {

    private static final Duration LONG = Duration.ofSeconds(90);
    private static final String SHOP = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: shop}
            spec:
              replicas: 3
              selector: {matchLabels: {app: shop}}
              template:
                metadata: {labels: {app: shop}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: web
                    image: local/busybox:1
                    command: [sh, -c, "mkdir /w; hostname > /w/index.html; exec httpd -f -p 8080 -h /w"]
                    ports: [{name: http, containerPort: 8080}]
                    readinessProbe: {tcpSocket: {port: http}, periodSeconds: 1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: shop}
            spec: {type: NodePort, selector: {app: shop}, ports: [{name: http, port: 80, targetPort: http}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: faithful}
            spec: {selector: {app: shop}, sessionAffinity: ClientIP, ports: [{port: 80, targetPort: 8080}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: members}
            spec: {clusterIP: None, selector: {app: shop}, ports: [{name: http, port: 8080}]}
            """;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path folder;

    @AfterEach
    void endContainers() throws Exception {
        Teardown.of(folder.resolve("data/node"));
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    @Test
    void leadToPodsByAddressNameAndPort() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/containerd")) && Files.isExecutable(Path.of("/usr/sbin/nft")) && "root".equals(System.getProperty("user.name")),
                "no containerd, no nft, or not root: no Services here");
        var config = Files.writeString(folder.resolve("site.yaml"), "name: site\nmodules: []\napi: {port: 0}\n");
        try (var site = SiteProcess.start(config, folder.resolve("data"), folder.resolve("log"))) {
            site.awaitReady();
            try (var client = site.client()) {
                var archive = folder.resolve("busybox.tar");
                BusyboxImage.write(archive, "local/busybox:1");
                await().atMost(LONG).ignoreException(IOException.class).until(() -> !new Images(folder.resolve("data/node")).load(archive).isEmpty());
                client.load(new ByteArrayInputStream(SHOP.getBytes(StandardCharsets.UTF_8))).inNamespace("default").create();
                await().atMost(LONG).until(() -> Integer.valueOf(3).equals(client.apps().deployments().inNamespace("default").withName("shop").get().getStatus().getAvailableReplicas()));
                services(client);
                names(client);
                measures(client);
                // Nobody is left to answer: a client is told so at once.
                client.apps().deployments().inNamespace("default").withName("shop").scale(0);
                await().atMost(LONG).untilAsserted(() -> assertThatThrownBy(() -> get(address(client, "shop"), 80)).isInstanceOf(ConnectException.class));
            }
        }
    }

    private static String address(KubernetesClient client, String service) {
        return client.services().inNamespace("default").withName(service).get().getSpec().getClusterIP();
    }

    private static void services(KubernetesClient client) throws IOException {
        await().atMost(LONG).ignoreException(IOException.class).until(() -> !get(address(client, "shop"), 80).isEmpty());
        var met = new HashSet<String>();
        await().atMost(LONG).until(() -> {
            met.add(get(address(client, "shop"), 80));
            return met.size() == 3;
        });
        var faithful = new HashSet<String>();
        for (int i = 0; i < 10; i++) {
            faithful.add(get(address(client, "faithful"), 80));
        }
        assertThat(faithful).hasSize(1);
        var door = client.services().inNamespace("default").withName("shop").get().getSpec().getPorts().getFirst().getNodePort();
        assertThat(get("127.0.0.1", door)).startsWith("shop-");
    }

    private static void names(KubernetesClient client) {
        var pod = client.pods().inNamespace("default").withLabel("app", "shop").list().getItems().getFirst().getMetadata().getName();
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(run(client, pod, "nslookup", "shop.default.svc.cluster.local")).contains(address(client, "shop"));
            for (var other : client.pods().inNamespace("default").withLabel("app", "shop").list().getItems()) {
                assertThat(run(client, pod, "nslookup", "members.default.svc.cluster.local")).contains(other.getStatus().getPodIP());
            }
        });
        // A Pod meets itself, too, by way of its Service.
        for (int i = 0; i < 6; i++) {
            assertThat(run(client, pod, "wget", "-qO-", "http://" + address(client, "shop") + "/")).startsWith("shop-");
        }
    }

    private static void measures(KubernetesClient client) throws IOException {
        var list = new ObjectMapper().readTree(client.raw("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dshop"));
        assertThat(list.path("items")).hasSize(3).allSatisfy(p -> assertThat(p.at("/containers/0/usage/memory").asText()).endsWith("Ki"));
        assertThat(new ObjectMapper().readTree(client.raw("/apis/metrics.k8s.io/v1beta1/nodes")).at("/items/0/metadata/name").asText()).isEqualTo("site");
    }

    private static String run(KubernetesClient client, String pod, String... command) {
        var out = new ByteArrayOutputStream();
        try (var watch = client.pods().inNamespace("default").withName(pod).writingOutput(out).writingError(out).exec(command)) {
            watch.exitCode().get(60, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(List.of(command) + " in " + pod + " failed: " + out, e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String get(String host, int port) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress(host, port), 10_000);
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4).strip();
        }
    }
}

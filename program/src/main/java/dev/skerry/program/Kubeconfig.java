package dev.skerry.program;

import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.CertificateRequest;
import dev.skerry.kube.pki.Keys;
import dev.skerry.kube.pki.Pem;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** The administrator's way in: a file for kubectl, readable by its owner only. */
record Kubeconfig(Path file) {

    /** Who the certificate in it says that he is. */
    static final User ADMINISTRATOR = new User("kubernetes-admin", List.of("system:masters"));

    private static final Duration VALIDITY = Duration.ofDays(365);
    private static final int REQUEST_TIMEOUT_MILLIS = 15_000;

    static Kubeconfig write(Path file, String name, String url, CertificateAuthority authority) throws IOException {
        var keys = Keys.generate();
        var certificate = authority.issue(keys.getPublic(), CertificateRequest.client(ADMINISTRATOR.name(), ADMINISTRATOR.groups(), VALIDITY));
        var text = """
                apiVersion: v1
                kind: Config
                clusters:
                - name: %1$s
                  cluster:
                    server: %2$s
                    certificate-authority-data: %3$s
                users:
                - name: admin
                  user:
                    client-certificate-data: %4$s
                    client-key-data: %5$s
                contexts:
                - name: %1$s
                  context: {cluster: %1$s, user: admin}
                current-context: %1$s
                """.formatted(name, url, base64(Pem.encode(authority.certificate())), base64(Pem.encode(certificate)), base64(Pem.encodeSec1(keys)));
        Pem.write(file, text, true);
        return new Kubeconfig(file);
    }

    /** A client of whatever a kubeconfig file names. Watches are plain HTTP: one connection less to upgrade. */
    static KubernetesClient read(Path file) throws IOException {
        var config = Config.fromKubeconfig(Files.readString(file));
        config.setOnlyHttpWatches(true);
        config.setRequestTimeout(REQUEST_TIMEOUT_MILLIS);
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** A client as anybody has it who holds the file. */
    KubernetesClient client() throws IOException {
        return read(file);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}

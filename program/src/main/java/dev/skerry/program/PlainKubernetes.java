package dev.skerry.program;

import dev.skerry.kube.apiserver.ApiServer;
import dev.skerry.kube.apiserver.ServerConfig;
import dev.skerry.kube.controllers.Controllers;
import dev.skerry.kube.controllers.ControllersConfig;
import dev.skerry.kube.node.NodeAgent;
import dev.skerry.kube.node.NodeConfig;
import dev.skerry.kube.node.NodeNetwork;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.proxy.ProxyConfig;
import dev.skerry.kube.proxy.ServiceNetwork;
import dev.skerry.kube.store.ObjectStore;
import dev.skerry.kube.store.PostgresStore;
import dev.skerry.kube.store.SqliteStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The embedded Kubernetes of a site, which knows nothing of Skerry: store, API, controllers, node.
 *
 * @param client of its API, as the administrator
 */
record PlainKubernetes(CertificateAuthority authority, KubernetesClient client) {

    private static final String DOMAIN = "cluster.local";
    /** The controllers call themselves as upstream's do: their name owns the fields that they write. */
    private static final String CONTROLLERS = "kube-controller-manager";

    static PlainKubernetes start(Config config, Parts parts, InstantSource clock) throws IOException {
        var pki = config.api().pki().orElse(config.data().resolve("pki"));
        var authority = CertificateAuthority.loadOrCreate(pki, "skerry-" + config.name(), clock);
        var store = parts.keep("store", store(config));
        SharedAuthority.check(store, authority, pki);
        var address = config.api().address();
        var tls = Parts.serverTls(authority, address, List.of("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + DOMAIN, config.name()), List.of(ProxyConfig.API));
        var logs = new NodeLogs();
        var streams = new NodeStreams();
        var usage = new NodeUsage();
        var access = config.api().access().config(config.data());
        var bare = new ServerConfig(
                address, config.api().port(), tls, authority.certificate(), store, Map.of(), Optional.of(logs), clock, access).withStreams(streams);
        var server = config.runtime().enabled() ? bare.withUsage(usage) : bare;
        var api = parts.keep("API server", Parts.listen("api.port", config.api().port(), () -> ApiServer.start(server)));
        var url = "https://" + Parts.host(address) + ":" + api.port();
        parts.address("api", url);
        var kubeconfig = Kubeconfig.write(config.data().resolve("kubeconfig"), config.name(), url, authority);
        parts.address("kubeconfig", kubeconfig.file().toString());
        // Own modules go in without a socket; nothing tells them so.
        var inner = api.inner(Kubeconfig.ADMINISTRATOR);
        var serialization = new KubernetesSerialization();
        var client = parts.keep("client", InnerHttp.client(inner, url, "", serialization));
        var own = parts.keep("controllers' client", InnerHttp.client(inner, url, CONTROLLERS, serialization));
        var controllers = new ControllersConfig(Pem.encode(authority.certificate()), clock).withSigner(authority);
        // Of several replicas one runs them.
        var alone = config.api().postgres().isEmpty();
        parts.keep("controllers", Controllers.start(own, alone ? controllers : controllers.withShared(config.name() + "_" + UUID.randomUUID())));
        if (config.runtime().enabled()) {
            var resolvConf = config.runtime().resolvConf().orElseGet(NodeConfig.Dns::ofThisMachine);
            var nodeConfig = new NodeConfig(config.name(), config.data().resolve("node"), config.runtime().podCidr(), clock,
                    new NodeConfig.Dns(Optional.of(ProxyConfig.DNS), DOMAIN, resolvConf));
            var network = NodeNetwork.of(nodeConfig);
            parts.keep("services", ServiceNetwork.start(new ProxyConfig(
                    config.name(), network.name(), network.bridge(), network.cidr(), address, api.port(), DOMAIN, resolvConf, clock), client));
            var node = parts.keep("node", NodeAgent.start(nodeConfig, client));
            logs.from(node);
            streams.from(node);
            usage.from(node);
        }
        return new PlainKubernetes(authority, client);
    }

    private static ObjectStore store(Config config) throws IOException {
        var shared = config.api().postgres();
        return shared.isPresent() ? PostgresStore.open(shared.get()) : SqliteStore.open(config.data().resolve("kube/state.db"));
    }
}

package dev.skerry.kube.proxy;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What makes Services work on a node: their addresses lead to Pods by nftables, their names are answered by DNS, and the API and the DNS are Services themselves.
 * Rules outlive it, so that Pods reach one another while it is away; the next one over the same table takes them up. Where it lacks the right or the programs, it says
 * so once and tries again.
 */
public final class ServiceNetwork implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(ServiceNetwork.class.getName());
    private static final Duration GATHER = Duration.ofMillis(50);
    private static final Duration CHECK = Duration.ofSeconds(60);
    private static final Duration AGAIN = Duration.ofSeconds(15);
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final ProxyConfig config;
    private final KubernetesClient client;
    private final Semaphore changes = new Semaphore(1);
    private final KnownServices known;
    private final Thread keeper;
    private @Nullable DnsServer dns;
    private @Nullable Applied applied;
    private String told = "";

    /** What the kernel has of us. */
    private record Applied(List<PortRule> rules, boolean bridgeSeen, Set<String> chains, Set<String> sets) {}

    private ServiceNetwork(ProxyConfig config, KubernetesClient client) {
        this.config = config;
        this.client = client;
        this.known = new KnownServices(client, () -> {
            if (changes.availablePermits() == 0) {
                changes.release();
            }
        });
        this.keeper = Thread.ofVirtual().name("services").unstarted(this::keep);
    }

    /**
     * Begins at once and does not wait.
     *
     * @param client of the API; stays the caller's, who closes it after this
     */
    public static ServiceNetwork start(ProxyConfig config, KubernetesClient client) {
        var network = new ServiceNetwork(config, client);
        network.known.start();
        network.keeper.start();
        return network;
    }

    private void keep() {
        try {
            while (!known.complete()) {
                TimeUnit.MILLISECONDS.sleep(GATHER.toMillis());
            }
            while (true) {
                var wait = CHECK;
                try {
                    look();
                    told = "";
                } catch (IOException | KubernetesClientException e) {
                    wait = AGAIN;
                    if (!told.equals(e.getMessage())) {
                        told = String.valueOf(e.getMessage());
                        LOG.log(WARNING, "services: {0} (tried again every {1}s)", told, AGAIN.toSeconds());
                    }
                }
                if (changes.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                    // What changes at the same time is taken together.
                    TimeUnit.MILLISECONDS.sleep(GATHER.toMillis());
                    changes.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    private void look() throws IOException, InterruptedException {
        if (dns == null) {
            Machine.bridge(config);
            Machine.sweep(config);
            var started = DnsServer.start(config.gateway(), new ClusterNames(config.domain(), known), new Upstream(config.resolvConf(), List.of(config.gateway(), ProxyConfig.DNS)));
            dns = started;
            LOG.log(INFO, "services: names are answered on {0}:{1}", config.gateway(), Integer.toString(started.port()));
        }
        var own = new OwnServices(client, config, known);
        own.ensure(dns.port());
        var rules = known.rules(config.nodeName());
        var seen = Machine.bridgeSeen();
        var before = applied;
        if (before != null && !Machine.has(config.table())) {
            before = null;
        }
        if (before != null && before.rules().equals(rules) && before.bridgeSeen() == seen) {
            return;
        }
        var next = new NftRules(config, seen, rules);
        applied = null;
        Machine.rules(before == null ? next.whole() : next.change(before.chains(), before.sets()));
        applied = new Applied(rules, seen, Set.copyOf(next.chains()), Set.copyOf(next.sets()));
    }

    /** The rules stay. */
    @Override
    public void close() throws IOException {
        keeper.interrupt();
        try {
            var unused = keeper.join(CLOSING);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        known.close();
        if (dns != null) {
            dns.close();
        }
    }
}

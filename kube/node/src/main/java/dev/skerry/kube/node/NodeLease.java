package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.DEBUG;

import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** Says every few seconds that the node is alive; who does not hear it for a while takes its Pods elsewhere. */
final class NodeLease {

    private static final System.Logger LOG = System.getLogger(NodeLease.class.getName());
    private static final String NAMESPACE = "kube-node-lease";
    private static final int SECONDS = 40;

    private final KubernetesClient client;
    private final String node;
    private final InstantSource clock;

    NodeLease(KubernetesClient client, String node, InstantSource clock) {
        this.client = client;
        this.node = node;
        this.clock = clock;
    }

    /** Never fails: the next call comes soon. */
    void renew() {
        try {
            var leases = client.leases().inNamespace(NAMESPACE);
            var now = ZonedDateTime.ofInstant(clock.instant(), ZoneOffset.UTC);
            var there = leases.withName(node).get();
            if (there == null) {
                var unused = leases.resource(fresh(now)).create();
                return;
            }
            var unused = leases.resource(new LeaseBuilder(there).editSpec()
                    .withHolderIdentity(node).withLeaseDurationSeconds(SECONDS).withRenewTime(now).endSpec().build()).update();
        } catch (KubernetesClientException e) {
            LOG.log(DEBUG, "lease of {0}: not renewed: {1}", node, e.getMessage());
        }
    }

    private Lease fresh(ZonedDateTime now) {
        var owner = client.nodes().withName(node).require();
        return new LeaseBuilder()
                .withNewMetadata().withName(node).withNamespace(NAMESPACE)
                .withOwnerReferences(new OwnerReferenceBuilder().withApiVersion("v1").withKind("Node").withName(node).withUid(owner.getMetadata().getUid()).build())
                .endMetadata()
                .withNewSpec().withHolderIdentity(node).withLeaseDurationSeconds(SECONDS).withRenewTime(now).endSpec()
                .build();
    }
}

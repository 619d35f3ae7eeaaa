package dev.skerry.kube.controllers;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One of several programs that share a store leads. It holds a Lease for 15 seconds, renews it every 2, and gives up if that has not
 * worked for 10: so it has stopped before another can begin. Others' clocks do not count: a Lease is free when we have seen no renewal for
 * its length.
 */
final class LeaderElection implements AutoCloseable {

    static final Duration LENGTH = Duration.ofSeconds(15);
    static final Duration DEADLINE = Duration.ofSeconds(10);
    static final Duration RETRY = Duration.ofSeconds(2);

    private static final System.Logger LOG = System.getLogger(LeaderElection.class.getName());
    private static final Duration CLOSING = Duration.ofSeconds(30);

    /** What leads. Both are called on the election's own thread, one after the other. */
    interface Office {
        void begin();

        void end();
    }

    private final Writer writer;
    private final InstantSource clock;
    private final String namespace;
    private final String name;
    private final String identity;
    private final Office office;
    private final Thread thread;
    private @Nullable String seenRenewal;
    private long seenAtNanos;
    private volatile boolean closed;

    LeaderElection(Writer writer, InstantSource clock, String namespace, String name, String identity, Office office) {
        this.writer = writer;
        this.clock = clock;
        this.namespace = namespace;
        this.name = name;
        this.identity = identity;
        this.office = office;
        this.thread = Thread.ofVirtual().name("leader-election").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                if (tryToHold()) {
                    lead();
                }
                Thread.sleep(RETRY);
            }
        } catch (InterruptedException e) {
            // Closed: whoever leads has stopped by now.
            return;
        }
    }

    private void lead() throws InterruptedException {
        LOG.log(INFO, "{0}: leads from now on", identity);
        var renewed = System.nanoTime();
        try {
            office.begin();
            while (!closed && System.nanoTime() - renewed < DEADLINE.toNanos()) {
                Thread.sleep(RETRY);
                var tried = System.nanoTime();
                if (tryToHold()) {
                    renewed = tried;
                } else if (heldByAnother()) {
                    break;
                }
            }
        } catch (RuntimeException e) {
            LOG.log(WARNING, identity + ": could not lead: " + e.getMessage(), e);
        } finally {
            office.end();
            LOG.log(INFO, "{0}: leads no longer", identity);
            if (closed) {
                release();
            }
        }
    }

    private Optional<Lease> find() {
        return Optional.ofNullable(writer.client().leases().inNamespace(namespace).withName(name).get());
    }

    private boolean heldByAnother() {
        try {
            return find().map(l -> l.getSpec().getHolderIdentity()).filter(h -> h != null && !h.isEmpty() && !h.equals(identity)).isPresent();
        } catch (KubernetesClientException e) {
            // Nobody can say; the deadline decides.
            return false;
        }
    }

    /** @return whether the Lease is ours from now on, for its length */
    private boolean tryToHold() {
        try {
            var found = find();
            if (found.isEmpty()) {
                return writer.create(new LeaseBuilder().withNewMetadata().withNamespace(namespace).withName(name).endMetadata()
                        .withNewSpec().withHolderIdentity(identity).withLeaseDurationSeconds((int) LENGTH.toSeconds())
                        .withAcquireTime(now()).withRenewTime(now()).withLeaseTransitions(0).endSpec().build()).isPresent();
            }
            var lease = found.get();
            var holder = lease.getSpec().getHolderIdentity();
            var ours = identity.equals(holder);
            var renewal = lease.getMetadata().getResourceVersion();
            if (!renewal.equals(seenRenewal)) {
                seenRenewal = renewal;
                seenAtNanos = System.nanoTime();
            }
            var length = Duration.ofSeconds(Math.max(1, Numbers.of(lease.getSpec().getLeaseDurationSeconds())));
            if (!ours && holder != null && !holder.isEmpty() && System.nanoTime() - seenAtNanos < length.toNanos()) {
                return false;
            }
            var next = new LeaseBuilder(lease).editSpec().withHolderIdentity(identity).withLeaseDurationSeconds((int) LENGTH.toSeconds()).withRenewTime(now()).endSpec().build();
            if (!ours) {
                next.getSpec().setAcquireTime(now());
                next.getSpec().setLeaseTransitions(Numbers.of(lease.getSpec().getLeaseTransitions()) + 1);
            }
            next.getMetadata().setManagedFields(null);
            writer.replace(next);
            return true;
        } catch (KubernetesClientException e) {
            LOG.log(e.getCode() == HttpURLConnection.HTTP_CONFLICT ? DEBUG : WARNING, identity + ": the Lease was not taken: " + e.getMessage());
            return false;
        }
    }

    /** Leaves the Lease to whoever comes first, without the wait. */
    private void release() {
        try {
            var lease = find().filter(l -> identity.equals(l.getSpec().getHolderIdentity()));
            if (lease.isPresent()) {
                var free = new LeaseBuilder(lease.get()).editSpec().withHolderIdentity("").withLeaseDurationSeconds(1).withRenewTime(now()).endSpec().build();
                free.getMetadata().setManagedFields(null);
                writer.replace(free);
            }
        } catch (KubernetesClientException e) {
            LOG.log(DEBUG, "{0}: the Lease was not released: {1}", identity, e.getMessage());
        }
    }

    private ZonedDateTime now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            if (thread.isAlive() && !thread.join(CLOSING)) {
                LOG.log(WARNING, "{0}: did not stop leading within {1}", identity, CLOSING);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.JoinSecret;
import dev.skerry.model.JoinToken;
import dev.skerry.model.JoinTokenSpec;
import dev.skerry.model.JoinTokenStatus;
import dev.skerry.model.Kinds;
import dev.skerry.model.Site;
import dev.skerry.model.SiteSpec;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.Status;
import io.grpc.StatusException;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Who is a site here, and by which keys: annotations of the {@code Site}. One enrolment at a time changes it. */
final class Registry {

    static final String MANAGEMENT_KEY = Kinds.GROUP + "/management-key";
    static final String DATA_KEY = Kinds.GROUP + "/data-key";
    private static final int TRIES = 8;

    private final KubernetesClient client;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();

    Registry(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /** Lets a key in under a name: true if it was in already, and only renews. */
    boolean admit(String name, String managementKey, String dataKey, String token) throws StatusException {
        lock.lock();
        try {
            Site site = find(name);
            if (site != null && managementKey.equals(keyOf(site))) {
                record(site, managementKey, dataKey);
                ensureNamespace(name);
                return true;
            }
            JoinTokenSpec terms = judge(name, site, token);
            Site entered = site == null ? create(name, terms.labels()) : site;
            consume(name, entered, token);
            record(entered, managementKey, dataKey);
            ensureNamespace(name);
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses a key that is not, or no longer, the site's. */
    void check(String name, String managementKey) throws StatusException {
        Site site = find(name);
        if (site == null) {
            throw Status.PERMISSION_DENIED
                    .withDescription("site: " + name + " is not known here (expected: one that enrolled and was not deleted)").asException();
        }
        if (!managementKey.equals(keyOf(site))) {
            throw Status.PERMISSION_DENIED
                    .withDescription("site: " + name + " enrolled anew with another key (expected: the newest key)").asException();
        }
    }

    /** Reads the token's terms without using it up: nothing is made for those who will be refused. */
    private JoinTokenSpec judge(String name, @Nullable Site site, String text) throws StatusException {
        JoinSecret secret = parse(text);
        JoinToken token = token(secret);
        if (!(token != null && begun(token, secret, site, name))
                && JoinTokens.use(token, secret, name, clock) instanceof JoinTokens.Judgement.Refused refused) {
            throw Status.PERMISSION_DENIED.withDescription(refused.reason()).asException();
        }
        JoinTokenSpec terms = Objects.requireNonNull(token).getSpec();
        if (site != null && !keyOf(site).isEmpty() && !name.equals(terms.site())) {
            throw Status.ALREADY_EXISTS
                    .withDescription("site: " + name + " is enrolled with another key (expected: a name that is free, or a token bound to " + name + ")")
                    .asException();
        }
        return terms;
    }

    private void consume(String name, Site site, String text) throws StatusException {
        JoinSecret secret = parse(text);
        for (int i = 0; i < TRIES; i++) {
            JoinToken token = token(secret);
            if (token != null && begun(token, secret, site, name)) {
                return;
            }
            switch (JoinTokens.use(token, secret, name, clock)) {
                case JoinTokens.Judgement.Refused(var reason) -> throw Status.PERMISSION_DENIED.withDescription(reason).asException();
                case JoinTokens.Judgement.Accepted(JoinTokenStatus status) -> {
                    JoinToken used = Objects.requireNonNull(token);
                    used.setStatus(status);
                    try {
                        client.resource(used).updateStatus();
                        return;
                    } catch (KubernetesClientException e) {
                        if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                            throw e;
                        }
                    }
                }
            }
        }
        throw Status.UNAVAILABLE.withDescription("token: much in use (expected: a later try)").asException();
    }

    /** This use was counted, but the parent died before the site had its key. */
    private boolean begun(JoinToken token, JoinSecret secret, @Nullable Site site, String name) {
        return site != null
                && keyOf(site).isEmpty()
                && token.getSpec().hash().equals(secret.hash())
                && token.getStatus() != null
                && token.getStatus().sites().contains(name)
                && clock.instant().isBefore(Instant.parse(token.getSpec().expiresAt()));
    }

    private static JoinSecret parse(String text) throws StatusException {
        if (text.isEmpty()) {
            throw Status.UNAUTHENTICATED.withDescription("token: none (expected: one made by this parent)").asException();
        }
        try {
            return JoinSecret.parse(text);
        } catch (IllegalArgumentException e) {
            throw Status.UNAUTHENTICATED.withDescription(e.getMessage()).asException();
        }
    }

    private @Nullable JoinToken token(JoinSecret secret) {
        return client.resources(JoinToken.class).withName(JoinTokens.nameOf(secret)).get();
    }

    private @Nullable Site find(String name) {
        return client.resources(Site.class).withName(name).get();
    }

    private static String keyOf(Site site) {
        Map<String, String> annotations = site.getMetadata().getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(MANAGEMENT_KEY, "");
    }

    private Site create(String name, Map<String, String> labels) {
        var site = new Site();
        site.setMetadata(new ObjectMetaBuilder().withName(name).withLabels(labels).build());
        site.setSpec(new SiteSpec(null, null));
        return client.resource(site).create();
    }

    private void record(Site site, String managementKey, String dataKey) {
        Map<String, String> wanted = Map.of(MANAGEMENT_KEY, managementKey, DATA_KEY, dataKey);
        Map<String, String> held = site.getMetadata().getAnnotations();
        if (held != null && held.entrySet().containsAll(wanted.entrySet())) {
            return;
        }
        for (int i = 1; ; i++) {
            try {
                annotate(site.getMetadata().getName(), wanted);
                return;
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT || i == TRIES) {
                    throw e;
                }
            }
        }
    }

    private void annotate(String name, Map<String, String> wanted) {
        client.resources(Site.class).withName(name).edit(s -> {
            var all = new HashMap<String, String>();
            if (s.getMetadata().getAnnotations() != null) {
                all.putAll(s.getMetadata().getAnnotations());
            }
            all.putAll(wanted);
            s.getMetadata().setAnnotations(all);
            return s;
        });
    }

    private void ensureNamespace(String site) {
        String name = Kinds.namespaceOf(site);
        if (client.namespaces().withName(name).get() == null) {
            var namespace = new NamespaceBuilder().withNewMetadata().withName(name).addToLabels(Kinds.SITE_LABEL, site).endMetadata().build();
            try {
                client.resource(namespace).create();
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                    throw e;
                }
            }
        }
    }
}

package dev.skerry.fabric.hub;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.skerry.data.EventLog;
import dev.skerry.fabric.link.LinkException;
import dev.skerry.fabric.link.StoredLog;
import dev.skerry.fabric.link.wire.SiteSummary;
import dev.skerry.model.Kinds;
import dev.skerry.model.Site;
import dev.skerry.model.Work;
import dev.skerry.model.WorkStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.StatusException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** The sites that are connected, one link a site, and what comes of what they tell. */
final class Links {

    private static final System.Logger LOG = System.getLogger(Links.class.getName());
    private static final String WORK = "work/";
    private static final String SUMMARY = "site";

    private final HubConfig config;
    private final Registry registry;
    private final HubStore store;
    private final DesiredLogs desired;
    private final SiteStatuses statuses;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, SiteLink> connected = new ConcurrentHashMap<>();
    private final Map<String, SiteSummary> summaries = new ConcurrentHashMap<>();
    private final Map<String, String> conflicts = new ConcurrentHashMap<>();
    private final Map<String, StoredLog> logs = new ConcurrentHashMap<>();

    Links(HubConfig config, Registry registry, HubStore store) {
        this.config = config;
        this.registry = registry;
        this.store = store;
        this.statuses = new SiteStatuses(config, this);
        this.desired = new DesiredLogs(config.client(), statuses::changed);
    }

    HubConfig config() {
        return config;
    }

    HubStore store() {
        return store;
    }

    DesiredLogs desired() {
        return desired;
    }

    SiteStatuses statuses() {
        return statuses;
    }

    Optional<SiteLink> find(String site) {
        return Optional.ofNullable(connected.get(site));
    }

    Set<String> sites() {
        return Set.copyOf(connected.keySet());
    }

    SiteSummary summary(String site) {
        return summaries.getOrDefault(site, SiteSummary.getDefaultInstance());
    }

    /** Why two boxes seem to show the identity of this site; empty if none do. */
    Optional<String> conflict(String site) {
        return Optional.ofNullable(conflicts.get(site));
    }

    void changed(String site) {
        statuses.changed(site);
    }

    /**
     * Lets a link in, in place of an older one of the same box. Two boxes with one identity show: the counts of their boots
     * alternate, or one count comes from two starts. Then who is in stays in, and the newcomer is held off.
     */
    Site admit(SiteLink newcomer) throws LinkException, IOException {
        var name = newcomer.site();
        var site = config.client().resources(Site.class).withName(name).get();
        if (site == null) {
            throw new LinkException("site: " + name + " is not known here (expected: one that enrolled and was not deleted)");
        }
        lock.lock();
        try {
            var seen = store.incarnation(name);
            boolean behind = newcomer.incarnation() < seen.count();
            boolean twice = newcomer.incarnation() == seen.count() && !seen.boot().isEmpty() && !seen.boot().equals(newcomer.boot());
            if (behind || twice) {
                var text = "boot " + newcomer.incarnation() + " after boot " + seen.count() + (twice ? " of another start" : "")
                        + ": two boxes show this identity (expected: one; delete the Site and enrol the right box with a new token)";
                if (conflicts.put(name, text) == null) {
                    LOG.log(WARNING, "site {0}: {1}", name, text);
                    tell("warning", name, "site " + name + " is shown by two boxes: the newcomer is held off");
                }
                statuses.changed(name);
                throw new LinkException(text);
            }
            store.incarnation(name, new HubStore.Incarnation(newcomer.incarnation(), newcomer.boot()));
            Optional.ofNullable(connected.put(name, newcomer)).ifPresent(old -> old.end("replaced by a newer connection of this site"));
            return site;
        } finally {
            lock.unlock();
        }
    }

    /** The site's identity has been given anew: earlier doubts are over. */
    void enrolled(String site) {
        conflicts.remove(site);
        try {
            store.incarnation(site, new HubStore.Incarnation(0, ""));
        } catch (IOException e) {
            LOG.log(WARNING, "site {0}: {1}", site, e.getMessage());
        }
        Optional.ofNullable(connected.get(site)).ifPresent(l -> l.end("enrolled anew with another key"));
        statuses.changed(site);
    }

    void connected(SiteLink link, StoredLog status) throws IOException {
        LOG.log(INFO, "site {0}: connected, boot {1}, version {2}", link.site(), link.incarnation(), link.version());
        logs.put(link.site(), status);
        // What was kept of it last time, and perhaps not written to the API before the end.
        for (var entry : status.entries().entrySet()) {
            project(link.site(), entry.getKey(), entry.getValue());
        }
        statuses.changed(link.site());
    }

    void disconnected(SiteLink link) {
        if (connected.remove(link.site(), link)) {
            statuses.changed(link.site());
        }
    }

    void check(SitePeer.Peer peer) throws StatusException {
        registry.check(peer.site(), peer.key());
    }

    /** A site has told something of itself. */
    void statusChanged(String site, StoredLog.Change change) {
        var log = logs.get(site);
        if (log == null || change.deleted() || change.key().isEmpty()) {
            return;
        }
        try {
            var payload = log.entries().get(change.key());
            if (payload != null) {
                project(site, change.key(), payload);
            }
        } catch (IOException e) {
            LOG.log(WARNING, "site {0}: {1}", site, e.getMessage());
        }
    }

    private void project(String site, String key, byte[] payload) {
        try {
            if (key.equals(SUMMARY)) {
                summaries.put(site, SiteSummary.parseFrom(payload));
                statuses.changed(site);
            } else if (key.startsWith(WORK)) {
                work(site, key.substring(WORK.length()), config.client().getKubernetesSerialization().unmarshal(new String(payload, java.nio.charset.StandardCharsets.UTF_8), WorkStatus.class));
            }
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            LOG.log(WARNING, "site {0}: {1} cannot be read: {2}", site, key, e.getMessage());
        } catch (KubernetesClientException e) {
            // It is written again when the site comes back, or changes.
            LOG.log(WARNING, "site {0}: status of {1} not written: {2}", site, key, e.getMessage());
        }
    }

    private void work(String site, String name, WorkStatus status) {
        var works = config.client().resources(Work.class).inNamespace(Kinds.namespaceOf(site)).withName(name);
        var work = works.get();
        if (work == null || status.equals(work.getStatus())) {
            return;
        }
        try {
            works.editStatus(w -> {
                w.setStatus(status);
                return w;
            });
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
            // The Work has just gone; the site will hear of it.
        }
    }

    void tell(String severity, String site, String message) {
        try {
            config.events().append(new EventLog.Event(0, config.clock().instant(), "link", severity, "", "Site/" + site, message, Map.of()));
        } catch (IOException e) {
            LOG.log(WARNING, "site {0}: not in the event log: {1}", site, e.getMessage());
        }
    }
}

package dev.skerry.fabric.spoke;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import dev.skerry.fabric.link.EventsOut;
import dev.skerry.fabric.link.SiteIdentity;
import dev.skerry.fabric.link.SiteSummary;
import dev.skerry.model.Site;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.security.PublicKey;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The child's side of the management channel: hangs on its parent, applies what that wants, tells how it does. It starts
 * and works without a parent, even one that it never met.
 */
public final class Spoke implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Spoke.class.getName());
    private static final int SUMMARY_SECONDS = 10;

    private final SpokeConfig config;
    private final DesiredStore store;
    private final StatusBoard board;
    private final Applier applier;
    private final SiteEvents events;
    private final Uplink uplink;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1, Thread.ofVirtual().name("spoke-timer-", 0).factory());
    private final List<Consumer<DataChannel>> dataListeners = new CopyOnWriteArrayList<>();
    private final Credentials credentials;
    private @Nullable AutoCloseable listening;
    private volatile @Nullable DataChannel dataChannel;
    private volatile @Nullable PublicKey authority;

    private Spoke(SpokeConfig config) throws IOException {
        this.config = config;
        new SiteIdentity("check", config.name());
        Files.createDirectories(config.folder());
        credentials = Credentials.open(config.folder());
        long incarnation = Incarnation.next(config.folder());
        store = new DesiredStore(config.folder());
        board = new StatusBoard(this::wake);
        events = new SiteEvents(config.events(), config.clock());
        applier = new Applier(config, store, board, events, () -> authority);
        uplink = new Uplink(config, incarnation, credentials, List.of(board.log(), new EventsOut(config.events())),
                List.of(store.incoming(this::desiredChanged)), this::enrolled);
    }

    /** Starts; returns at once, whatever the parent does. */
    public static Spoke start(SpokeConfig config) throws IOException {
        var spoke = new Spoke(config);
        try {
            spoke.begin();
            return spoke;
        } catch (IOException | RuntimeException e) {
            spoke.close();
            throw e;
        }
    }

    private void begin() throws IOException {
        summarize();
        listening = config.events().listen(event -> wake());
        uplink.start();
        applier.start();
        timer.scheduleWithFixedDelay(this::summarize, 0, SUMMARY_SECONDS, TimeUnit.SECONDS);
    }

    /** Whether the parent is on the line now. */
    public boolean isConnected() {
        return uplink.isConnected();
    }

    /** How the link is, in words. */
    public String state() {
        return uplink.state();
    }

    /** Tells how to dial the data channel: now if it is known, and each time that it changes, as by a renewed certificate. */
    public void onDataChannel(Consumer<DataChannel> listener) {
        dataListeners.add(listener);
        DataChannel known = dataChannel;
        if (known != null) {
            listener.accept(known);
        }
    }

    private void enrolled(Credentials.Enrolment enrolment) {
        authority = enrolment.authority().getPublicKey();
        applier.wake();
        if (enrolment.dataPort() == 0) {
            return;
        }
        var channel = new DataChannel(
                config.parentHost(), enrolment.dataPort(), credentials.data().getPrivate(), enrolment.dataChain(),
                enrolment.authority(), config.name());
        dataChannel = channel;
        dataListeners.forEach(l -> l.accept(channel));
    }

    private void desiredChanged(boolean restored) {
        if (restored) {
            try {
                int kept = store.keptBack();
                events.tell("link", "warning", "Site/" + config.name(),
                        "the parent was restored from an older backup: " + kept + " Works that it has not, or has in an older revision, are kept");
            } catch (IOException e) {
                LOG.log(WARNING, "site {0}: what is kept back cannot be counted: {1}", config.name(), e.getMessage());
            }
        }
        if (!timer.isShutdown()) {
            timer.execute(this::summarize);
        }
        applier.wake();
    }

    private void wake() {
        uplink.wake();
    }

    private void summarize() {
        int total = 0;
        int connected = 0;
        try {
            for (Site site : config.client().resources(Site.class).list().getItems()) {
                total++;
                connected += site.getStatus() != null && site.getStatus().link() != null && "Connected".equals(site.getStatus().link().state()) ? 1 : 0;
            }
        } catch (KubernetesClientException e) {
            LOG.log(DEBUG, "site {0}: has no sites of its own: {1}", config.name(), e.getMessage());
        }
        try {
            board.site(new SiteSummary(config.version(), connected, total, store.keptBack()));
        } catch (IOException e) {
            LOG.log(WARNING, "site {0}: cannot be summed up: {1}", config.name(), e.getMessage());
        }
    }

    /** Hangs up, then stops applying. Client and event log are the caller's. What was applied stays. */
    @Override
    public void close() {
        timer.shutdownNow();
        if (listening != null) {
            try {
                listening.close();
            } catch (Exception e) {
                LOG.log(WARNING, "event log: cannot be left", e);
            }
        }
        uplink.close();
        applier.close();
        try {
            store.close();
        } catch (IOException e) {
            LOG.log(WARNING, "spoke: its store does not close: {0}", e.getMessage());
        }
    }
}

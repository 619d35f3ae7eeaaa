package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.SiteSummary;
import dev.skerry.model.Kinds;
import dev.skerry.model.Work;
import dev.skerry.model.WorkStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;

/** Writes what sites say of their Works into the Works' status here. */
final class WorkStatuses implements AutoCloseable {

    private static final int WORKERS = 4;

    /** A Work at a site. */
    record Key(String site, String work) {}

    private final KubernetesClient client;
    private final Works works;
    private final StatusStore store;
    private final WriteQueue<Key> queue;

    WorkStatuses(KubernetesClient client, Works works, StatusStore store, ScheduledExecutorService timer) {
        this.client = client;
        this.works = works;
        this.store = store;
        queue = new WriteQueue<>("work-status", WORKERS, timer, this::write);
    }

    void changed(String site, String key) {
        if (key.startsWith(SiteSummary.WORK_KEY)) {
            queue.add(new Key(site, key.substring(SiteSummary.WORK_KEY.length())));
        }
    }

    private void write(Key key) throws IOException {
        var payload = store.payload(key.site(), SiteSummary.WORK_KEY + key.work());
        var work = works.find(key.site(), key.work());
        if (payload.isEmpty() || work.isEmpty()) {
            return;
        }
        WorkStatus told = Json.read(payload.get(), WorkStatus.class);
        if (told.equals(work.get().getStatus())) {
            return;
        }
        var there = client.resources(Work.class).inNamespace(Kinds.namespaceOf(key.site())).withName(key.work());
        if (there.get() != null) {
            there.editStatus(w -> {
                w.setStatus(told);
                return w;
            });
        }
    }

    @Override
    public void close() {
        queue.close();
    }
}

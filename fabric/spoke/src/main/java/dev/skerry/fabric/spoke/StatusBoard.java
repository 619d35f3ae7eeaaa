package dev.skerry.fabric.spoke;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.fabric.link.SiteSummary;
import dev.skerry.fabric.link.StateLog;
import dev.skerry.model.WorkStatus;

/** What this site tells its parent of itself: the status log. Made anew at each boot, so each boot begins with a digest. */
final class StatusBoard {

    private static final int TOMBSTONES = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

    private final StateLog log = new StateLog("status", TOMBSTONES);
    private final Runnable changed;

    StatusBoard(Runnable changed) {
        this.changed = changed;
    }

    StateLog log() {
        return log;
    }

    void work(String name, WorkStatus status) {
        try {
            Long revision = status.revision();
            put(SiteSummary.WORK_KEY + name, revision == null ? 0 : revision, JSON.writeValueAsBytes(status));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a status cannot be written", e);
        }
    }

    void gone(String work) {
        if (log.delete(SiteSummary.WORK_KEY + work)) {
            changed.run();
        }
    }

    void site(SiteSummary summary) {
        put(SiteSummary.KEY, 0, summary.toBytes());
    }

    private void put(String key, long revision, byte[] payload) {
        if (log.put(key, revision, payload)) {
            changed.run();
        }
    }
}

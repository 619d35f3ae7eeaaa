package dev.skerry.fabric.hub;

import dev.skerry.fabric.link.SiteSummary;
import dev.skerry.model.SiteStatus;
import dev.skerry.model.Work;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What matters of a site: when it changes, {@code Site.status} is written. The line's figures are not part of it.
 *
 * @param connected True, False, or Unknown after this parent started
 * @param reason why it is not connected
 * @param conflict what two boxes of one identity did; null if there is no conflict
 */
record SiteFacts(
        String connected,
        boolean everConnected,
        String reason,
        boolean inSync,
        int ok,
        int failed,
        int total,
        @Nullable SiteSummary summary,
        @Nullable String version,
        @Nullable Long incarnation,
        @Nullable String certificateExpires,
        @Nullable String conflict) {

    static int[] count(List<Work> works) {
        int ok = 0;
        int failed = 0;
        for (Work work : works) {
            var status = work.getStatus();
            if (status != null && status.revision() != null && status.revision() == work.getSpec().revision()) {
                ok += "Ok".equals(status.state()) ? 1 : 0;
                failed += "Failed".equals(status.state()) ? 1 : 0;
            }
        }
        return new int[] {ok, failed, works.size()};
    }

    private boolean isConnected() {
        return connected.equals(Conditions.TRUE);
    }

    /** Whether the site holds all that is meant for it, and nothing that it only keeps. */
    boolean isSettled() {
        return isConnected() && inSync && summary != null && summary.keptBack() == 0;
    }

    String state() {
        if (conflict != null) {
            return "Conflicted";
        }
        if (!everConnected) {
            return "Pending";
        }
        return !isConnected() ? "Offline" : failed > 0 ? "Degraded" : "Ready";
    }

    /** The status as it becomes, with the line's figures. */
    SiteStatus status(@Nullable SiteStatus old, SiteStatus.@Nullable Link link, Instant now) {
        var conditions = new Conditions(old == null ? List.of() : old.conditions(), now);
        conditions.set("Connected", connected, isConnected() ? "Heard" : everConnected ? "Lost" : "NeverCame", reason);
        conditions.set("InSync", !isConnected() ? Conditions.UNKNOWN : inSync ? Conditions.TRUE : Conditions.FALSE,
                !isConnected() ? "NotConnected" : inSync ? "AllAcknowledged" : "Sending", "");
        conditions.set("Healthy", failed > 0 ? Conditions.FALSE : Conditions.TRUE, failed > 0 ? "AppsFailed" : ok < total ? "AppsProgressing" : "AppsWell",
                ok + " of " + total + " apps are well" + (failed > 0 ? ", " + failed + " failed" : ""));
        if (summary != null && summary.keptBack() > 0) {
            conditions.set("ParentRolledBack", Conditions.TRUE, "RestoredFromBackup", summary.keptBack()
                    + " Works are newer at the site than here and are kept; annotate the Site with "
                    + Sites.ACCEPT_ROLLBACK + "=true to let them go");
        }
        if (conflict != null) {
            conditions.set("Conflicted", Conditions.TRUE, "TwoBoxes", conflict);
        }
        return new SiteStatus(
                state(), conditions.list(), version, link, new SiteStatus.Apps(ok, total, ok + "/" + total),
                summary == null || summary.childrenTotal() == 0 ? null : new SiteStatus.Children(summary.childrenConnected(), summary.childrenTotal()),
                incarnation, certificateExpires);
    }
}

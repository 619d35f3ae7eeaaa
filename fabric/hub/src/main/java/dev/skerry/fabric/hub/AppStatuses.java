package dev.skerry.fabric.hub;

import dev.skerry.model.App;
import dev.skerry.model.AppStatus;
import dev.skerry.model.Site;
import dev.skerry.model.Work;
import dev.skerry.model.WorkStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An App's status from what its sites say. Looks at nothing but its arguments. */
final class AppStatuses {

    private static final int SHOWN = 100;
    private static final List<String> WORST_FIRST = List.of("Failed", "Absent", "Progressing", "Ok");

    /** One site that the App is meant for. */
    record Placed(Site site, @Nullable Work work, @Nullable String problem) {}

    private AppStatuses() {}

    static AppStatus of(App app, List<Placed> placed, Instant now) {
        AppStatus old = app.getStatus();
        var before = new HashMap<String, AppStatus.Where>();
        if (old != null) {
            old.where().forEach(w -> before.put(w.site(), w));
        }
        var where = new ArrayList<AppStatus.Where>();
        placed.forEach(p -> where.add(where(p, before, now)));
        where.sort(Comparator.<AppStatus.Where>comparingInt(w -> WORST_FIRST.indexOf(w.state())).thenComparing(AppStatus.Where::site));
        var counts = new HashMap<String, Integer>();
        where.forEach(w -> counts.merge(w.state(), 1, Integer::sum));
        var sites = new AppStatus.Sites(
                where.size(), counts.getOrDefault("Ok", 0), counts.getOrDefault("Progressing", 0),
                counts.getOrDefault("Failed", 0), counts.getOrDefault("Absent", 0));
        String state = sites.total() == 0 ? "Waiting" : sites.failed() > 0 ? "Failed" : sites.ok() == sites.total() ? "Ready" : "Progressing";
        String message = message(sites, where);
        var conditions = new Conditions(old == null ? List.of() : old.conditions(), now)
                .set("Ready", state.equals("Ready") ? Conditions.TRUE : Conditions.FALSE, state.equals("Ready") ? "AllSites" : state, message)
                .set("Progressing", state.equals("Progressing") ? Conditions.TRUE : Conditions.FALSE, state, message);
        if (app.getSpec().rollout() != null) {
            conditions.set("RolloutIgnored", Conditions.TRUE, "NotSupported", "spec.rollout: all sites get the revision at once in this version");
        }
        return new AppStatus(
                state, message, app.getMetadata().getGeneration(), app.getMetadata().getGeneration(), sites,
                where.subList(0, Math.min(SHOWN, where.size())), conditions.list());
    }

    private static String message(AppStatus.Sites sites, List<AppStatus.Where> where) {
        if (sites.total() == 0) {
            return "no site is selected";
        }
        String all = sites.ok() + " of " + sites.total() + " sites run it";
        AppStatus.Where worst = where.getFirst();
        return worst.state().equals("Ok") ? all : all + "; " + worst.site() + ": " + (worst.message() == null ? worst.state() : worst.message());
    }

    private static AppStatus.Where where(Placed placed, Map<String, AppStatus.Where> before, Instant now) {
        String site = placed.site().getMetadata().getName();
        Work work = placed.work();
        WorkStatus status = work == null ? null : work.getStatus();
        if (placed.problem() != null) {
            return where(site, "Failed", status == null ? null : status.revision(), placed.problem(), before, now);
        }
        if (work != null && status != null && status.revision() != null && status.revision() >= work.getSpec().revision()) {
            String state = status.state() == null ? "Progressing" : status.state();
            return where(site, state, status.revision(), state.equals("Ok") ? null : status.message(), before, now);
        }
        boolean connected = Sites.connected(placed.site());
        String held = status == null || status.revision() == null ? "" : "; it runs revision " + status.revision();
        return where(site, connected ? "Progressing" : "Absent", status == null ? null : status.revision(),
                (connected ? "on its way to the site" : "the site is not connected") + held, before, now);
    }

    private static AppStatus.Where where(
            String site, String state, @Nullable Long revision, @Nullable String message, Map<String, AppStatus.Where> before, Instant now) {
        AppStatus.Where old = before.get(site);
        String since = old != null && old.state().equals(state) && old.since() != null ? old.since() : Conditions.seconds(now);
        return new AppStatus.Where(site, state, revision, since, message);
    }
}

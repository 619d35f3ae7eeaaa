package dev.skerry.fabric.hub;

import dev.skerry.model.App;
import dev.skerry.model.AppStatus;
import dev.skerry.model.AppStatus.Where;
import dev.skerry.model.Site;
import dev.skerry.model.Work;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where an App is, in words and numbers, from its Works. */
final class AppSummary {

    private static final int SHOWN = 100;
    private static final List<String> WORST_FIRST = List.of("Failed", "Absent", "Progressing", "Ok");

    private final InstantSource clock;

    AppSummary(InstantSource clock) {
        this.clock = clock;
    }

    /** @param faults by site: why no Work could be made for it */
    AppStatus of(App app, List<Site> sites, Map<String, Work> works, Map<String, String> faults) {
        var old = app.getStatus();
        var where = new ArrayList<Where>();
        for (var site : sites) {
            where.add(where(site, works.get(site.getMetadata().getName()), faults.get(site.getMetadata().getName()), old));
        }
        where.sort(Comparator.comparingInt((Where w) -> WORST_FIRST.indexOf(w.state())).thenComparing(Where::site));
        int ok = count(where, "Ok");
        int progressing = count(where, "Progressing");
        int failed = count(where, "Failed");
        int absent = count(where, "Absent");
        var state = failed > 0 ? "Failed" : progressing > 0 ? "Progressing" : absent > 0 || sites.isEmpty() ? "Waiting" : "Ready";
        var message = sites.isEmpty()
                ? "no site is selected"
                : ok + " of " + sites.size() + " sites are ok"
                        + (failed > 0 ? ", " + failed + " failed" : "") + (progressing > 0 ? ", " + progressing + " on the way" : "") + (absent > 0 ? ", " + absent + " not heard of" : "");
        var conditions = new ArrayList<Condition>();
        conditions.add(condition(old, "Ready", state.equals("Ready"), state.equals("Ready") ? "AllSitesOk" : "Sites" + state, message));
        conditions.add(condition(old, "Progressing", progressing > 0, progressing > 0 ? "SitesProgressing" : "Settled", ""));
        if (app.getSpec().rollout() != null && !app.getSpec().rollout().waves().isEmpty()) {
            conditions.add(condition(old, "RolloutIgnored", true, "WavesNotSupported", "spec.rollout: all sites are changed at once in this version"));
        }
        return new AppStatus(
                state, message,
                works.values().stream().map(w -> w.getSpec().revision()).max(Comparator.naturalOrder()).orElse(null),
                app.getMetadata().getGeneration(),
                new AppStatus.Sites(sites.size(), ok, progressing, failed, absent),
                where.subList(0, Math.min(SHOWN, where.size())),
                conditions);
    }

    private static int count(List<Where> where, String state) {
        return (int) where.stream().filter(w -> w.state().equals(state)).count();
    }

    private Where where(Site site, @Nullable Work work, @Nullable String fault, @Nullable AppStatus old) {
        var name = site.getMetadata().getName();
        if (fault != null || work == null) {
            return since(new Where(name, "Failed", null, null, fault == null ? "no Work was made" : fault), old);
        }
        var told = work.getStatus();
        boolean current = told != null && Objects.equals(told.revision(), work.getSpec().revision());
        boolean connected = site.getStatus() != null && site.getStatus().link() != null && "Connected".equals(site.getStatus().link().state());
        if (current) {
            return since(new Where(name, String.valueOf(told.state()), told.revision(), null, told.message()), old);
        }
        return since(connected
                ? new Where(name, "Progressing", told == null ? null : told.revision(), null, "revision " + work.getSpec().revision() + " is on its way")
                : new Where(name, "Absent", told == null ? null : told.revision(), null, "not connected since revision " + work.getSpec().revision() + " was made"), old);
    }

    private Where since(Where now, @Nullable AppStatus old) {
        var before = old == null ? null : old.where().stream().filter(w -> w.site().equals(now.site()) && w.state().equals(now.state())).findFirst().orElse(null);
        return new Where(now.site(), now.state(), now.revision(), before == null || before.since() == null ? time() : before.since(), now.message());
    }

    private Condition condition(@Nullable AppStatus old, String type, boolean holds, String reason, String message) {
        var value = holds ? "True" : "False";
        var since = old == null ? time() : old.conditions().stream()
                .filter(c -> c.getType().equals(type) && c.getStatus().equals(value)).findFirst().map(Condition::getLastTransitionTime).orElse(time());
        return new ConditionBuilder().withType(type).withStatus(value).withReason(reason).withMessage(message).withLastTransitionTime(since).build();
    }

    private String time() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}

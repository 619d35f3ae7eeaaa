package dev.skerry.model;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where an App is, site by site.
 *
 * @param state one word for people: Ready, Progressing, Failed, Waiting
 * @param where at most 100 sites, worst first; {@code sites} counts all
 */
public record AppStatus(
        @Nullable String state,
        @Nullable String message,
        @Nullable Long revision,
        @Nullable Long observedGeneration,
        @Nullable Sites sites,
        List<Where> where,
        List<Condition> conditions) {

    public AppStatus {
        where = where == null ? List.of() : List.copyOf(where);
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
    }

    /** How many sites are in which state; absent means not heard of since the revision was made. */
    public record Sites(int total, int ok, int progressing, int failed, int absent) {}

    /** One site: Ok, Progressing, Failed or Absent, since when, and why. */
    public record Where(
            String site, String state, @Nullable Long revision, @Nullable String since, @Nullable String message) {}
}

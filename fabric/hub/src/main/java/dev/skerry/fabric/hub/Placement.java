package dev.skerry.fabric.hub;

import com.fasterxml.jackson.databind.JsonNode;
import dev.skerry.fabric.link.Canonical;
import dev.skerry.fabric.link.WorkSeal;
import dev.skerry.kube.pki.CertificateAuthority;
import dev.skerry.model.App;
import dev.skerry.model.Kinds;
import dev.skerry.model.Work;
import dev.skerry.model.WorkSpec;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the Work of an App for a site, signed; or finds that the present one is right. */
final class Placement {

    /** Label of a Work: the namespace of the App that it comes from. */
    static final String APP_NAMESPACE_LABEL = Kinds.GROUP + "/app-namespace";

    private static final int LONGEST_NAME = 253;

    private final CertificateAuthority authority;

    Placement(CertificateAuthority authority) {
        this.authority = authority;
    }

    static String nameOf(App app) {
        return app.getMetadata().getNamespace() + "." + app.getMetadata().getName();
    }

    /**
     * The Work that must be written, or nothing if {@code present} holds the same manifests: then its revision stays.
     *
     * @throws IllegalArgumentException if the App cannot be rendered for that site
     */
    Optional<Work> render(App app, String site, Map<String, String> labels, @Nullable Work present) {
        if (nameOf(app).length() > LONGEST_NAME) {
            throw new IllegalArgumentException("metadata.name: too long with its namespace (expected: at most " + LONGEST_NAME + " characters)");
        }
        WorkSpec wanted = unsigned(app, manifests(app, labels), 0);
        if (present != null && Arrays.equals(content(present.getSpec()), content(wanted))) {
            return Optional.empty();
        }
        long generation = app.getMetadata().getGeneration() == null ? 1 : app.getMetadata().getGeneration();
        long revision = present == null ? generation : Math.max(generation, present.getSpec().revision() + 1);
        WorkSpec spec = unsigned(app, wanted.manifests(), revision);
        var work = new Work();
        work.setMetadata(new ObjectMetaBuilder()
                .withNamespace(Kinds.namespaceOf(site))
                .withName(nameOf(app))
                .withResourceVersion(present == null ? null : present.getMetadata().getResourceVersion())
                .addToLabels(Kinds.APP_LABEL, app.getMetadata().getName())
                .addToLabels(APP_NAMESPACE_LABEL, app.getMetadata().getNamespace())
                .addToLabels(Kinds.SITE_LABEL, site)
                .build());
        work.setSpec(new WorkSpec(spec.app(), spec.appNamespace(), revision, spec.drift(), spec.manifests(),
                WorkSeal.sign(authority, site, Json.tree(spec))));
        return Optional.of(work);
    }

    private static List<JsonNode> manifests(App app, Map<String, String> labels) {
        try {
            return Rendering.manifests(app.getSpec(), labels);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("spec.overrides: cannot be applied: " + e.getMessage(), e);
        }
    }

    private static WorkSpec unsigned(App app, List<JsonNode> manifests, long revision) {
        return new WorkSpec(
                app.getMetadata().getName(), app.getMetadata().getNamespace(), revision, app.getSpec().drift(), manifests, null);
    }

    /** All but revision and signature. */
    private static byte[] content(WorkSpec spec) {
        return Canonical.bytes(Json.tree(new WorkSpec(spec.app(), spec.appNamespace(), 0, spec.drift(), spec.manifests(), null)));
    }
}

package dev.skerry.kube.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Holds us against recorded answers of a real API server; the folder is given by {@code -Dexchanges=FOLDER}. */
class RecordedExchangesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private final SchemaCatalog catalog = SchemaCatalog.builtIn();

    private static JsonNode scenarios(String topic) throws IOException {
        String folder = System.getProperty("exchanges");
        if (folder == null) {
            Assumptions.abort("-Dexchanges is not set");
        }
        return JSON.readTree(Files.readString(Path.of(folder, topic + ".json"))).path("scenarios");
    }

    /** Pods are left out: admission adds much to them. */
    @Test
    void defaultsMostKindsAsRecorded() throws IOException {
        List<String> wrong = new ArrayList<>();
        int checked = 0;
        for (JsonNode scenario : scenarios("defaulting")) {
            JsonNode step = scenario.path("steps").path(scenario.path("steps").size() - 1);
            if (step.at("/expect/code").asInt() != 201 || !(step.get("body") instanceof ObjectNode body) || body.path("kind").asText().equals("Pod")) {
                continue;
            }
            Schema schema = catalog.find(Gvk.of(body)).orElse(null);
            if (schema == null) {
                continue;
            }
            ObjectNode object = body.deepCopy();
            Defaults.apply(object, schema);
            ObjectNode expected = step.at("/expect/body").deepCopy();
            for (ObjectNode o : List.of(object, expected)) {
                o.remove(List.of("metadata", "status"));
            }
            checked++;
            if (!Json.same(object, expected)) {
                wrong.add(scenario.path("name").asText() + "\n  is  " + object + "\n  not " + expected);
            }
        }
        System.getLogger("defaulting").log(System.Logger.Level.INFO, "{0} checked, {1} differ\n{2}", checked, wrong.size(), String.join("\n", wrong));
        assertThat(wrong.size()).isLessThan(checked / 2);
    }

    @Test
    void ownersAfterApplyAreAsRecorded() throws IOException {
        List<String> wrong = new ArrayList<>();
        int checked = 0;
        for (JsonNode scenario : scenarios("apply")) {
            ObjectNode live = null;
            for (JsonNode step : scenario.path("steps")) {
                boolean apply = step.at("/headers/Content-Type").asText().startsWith("application/apply-patch");
                int code = step.at("/expect/code").asInt();
                if (!(step.get("body") instanceof ObjectNode body) || !apply || code != 200 && code != 201 && code != 409 || step.path("query").has("dryRun")
                        || step.path("path").asText().endsWith("/status")) {
                    break;
                }
                Schema schema = catalog.find(Gvk.of(body)).orElse(null);
                if (schema == null || live != null && !live.path("metadata").path("name").equals(body.path("metadata").path("name"))) {
                    break;
                }
                checked++;
                String at = scenario.path("name").asText() + "/" + step.path("id").asText();
                try {
                    live = ServerSideApply.apply(live, body, schema, step.at("/query/fieldManager").asText(), step.at("/query/force").asText().equals("true"),
                            body.path("apiVersion").asText(), "", NOW);
                    Defaults.apply(live, schema);
                    Set<String> ours = owners(live);
                    Set<String> theirs = owners(step.at("/expect/body"));
                    if (code == 409 || !ours.equals(theirs)) {
                        wrong.add(at + "\n  is  " + ours + "\n  not " + code + " " + theirs);
                        break;
                    }
                } catch (ApplyConflictException e) {
                    List<String> theirs = new ArrayList<>();
                    step.at("/expect/body/details/causes").forEach(c -> theirs.add(c.path("field").asText()));
                    if (code != 409 || !new HashSet<>(theirs).equals(new HashSet<>(e.conflicts().stream().map(Conflict::field).toList()))) {
                        wrong.add(at + "\n  is  " + e.conflicts() + "\n  not " + code + " " + theirs);
                        break;
                    }
                }
            }
        }
        System.getLogger("apply").log(System.Logger.Level.INFO, "{0} checked, {1} differ\n{2}", checked, wrong.size(), String.join("\n", wrong));
        assertThat(wrong.size()).isLessThan(checked / 2);
    }

    /** Status is set on creation by code elsewhere, and pods and their like are filled by admission. */
    @Test
    void ownersAfterCreationAreAsRecorded() throws IOException {
        List<String> wrong = new ArrayList<>();
        int checked = 0;
        for (String topic : List.of("crud", "defaulting", "fields")) {
            for (JsonNode scenario : scenarios(topic)) {
                for (JsonNode step : scenario.path("steps")) {
                    Schema schema = step.get("body") instanceof ObjectNode body ? catalog.find(Gvk.of(body)).orElse(null) : null;
                    JsonNode answer = step.at("/expect/body");
                    if (schema == null || step.at("/expect/code").asInt() != 201 || !step.path("method").asText().equals("POST")
                            || answer.at("/metadata/managedFields").isMissingNode() || answer.at("/metadata/managedFields").size() > 1) {
                        continue;
                    }
                    ObjectNode object = step.get("body").deepCopy();
                    Defaults.apply(object, schema);
                    object.withObjectProperty("metadata").remove("managedFields");
                    ManagedFields.update(null, object, schema, "exchange", answer.path("apiVersion").asText(), "Update", "", NOW);
                    checked++;
                    Set<String> ours = owners(object);
                    Set<String> theirs = owners(answer);
                    if (!ours.equals(theirs)) {
                        wrong.add(scenario.path("name").asText() + "/" + step.path("id").asText() + "\n  is  " + ours + "\n  not " + theirs);
                    }
                }
            }
        }
        System.getLogger("owners").log(System.Logger.Level.INFO, "{0} checked, {1} differ\n{2}", checked, wrong.size(), String.join("\n", wrong));
        assertThat(wrong.size()).isLessThan(checked / 2 + 1);
    }

    /** Only what the object itself tells: the faults of a POST. */
    @Test
    void faultsAreWordedAsRecorded() throws IOException {
        List<String> wrong = new ArrayList<>();
        int checked = 0;
        for (JsonNode scenario : scenarios("validation")) {
            for (JsonNode step : scenario.path("steps")) {
                Schema schema = step.get("body") instanceof ObjectNode body ? catalog.find(Gvk.of(body)).orElse(null) : null;
                int code = step.at("/expect/code").asInt();
                if (schema == null || code != 422 && code != 201 || !step.path("method").asText().equals("POST")) {
                    continue;
                }
                ObjectNode object = step.get("body").deepCopy();
                Gvk kind = Gvk.of(object);
                Defaults.apply(object, schema);
                Set<String> ours = new HashSet<>();
                BuiltInValidation.validate(kind, object).forEach(c -> ours.add(c.text()));
                Set<String> theirs = new HashSet<>();
                step.at("/expect/body/details/causes").forEach(c -> {
                    if (!c.path("field").asText().startsWith("metadata")) {
                        theirs.add(c.path("field").asText() + ": " + c.path("message").asText());
                    }
                });
                checked++;
                if (!ours.equals(theirs)) {
                    wrong.add((code == 201 ? "REFUSED " : "") + scenario.path("name").asText() + "/" + step.path("id").asText() + "\n  is  " + ours + "\n  not " + theirs);
                }
            }
        }
        System.getLogger("faults").log(System.Logger.Level.INFO, "{0} checked, {1} differ\n{2}", checked, wrong.size(), String.join("\n", wrong));
        assertThat(wrong).noneMatch(w -> w.startsWith("REFUSED"));
    }

    private static Set<String> owners(JsonNode object) {
        Set<String> entries = new HashSet<>();
        object.at("/metadata/managedFields").forEach(e -> entries.add(e.path("manager").asText() + " " + e.path("operation").asText() + " " + FieldSet.parse(e.path("fieldsV1"))));
        return entries;
    }
}

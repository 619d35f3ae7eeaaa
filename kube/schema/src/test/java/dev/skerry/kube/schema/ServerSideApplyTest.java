package dev.skerry.kube.schema;

import static dev.skerry.kube.schema.Text.json;
import static dev.skerry.kube.schema.Text.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.StringLength;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServerSideApplyTest {
    private static final Schema CONFIG = Text.schema("v1", "ConfigMap");
    private static final Schema DEPLOYMENT = Text.schema("apps/v1", "Deployment");
    private static final Instant EARLY = Instant.parse("2030-01-01T00:00:00Z");
    private static final Instant LATE = Instant.parse("2030-01-01T00:01:00Z");

    private static ObjectNode config(String data) {
        return object("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c'}" + (data.isEmpty() ? "" : ",'data':" + data) + "}");
    }

    private static ObjectNode apply(@Nullable ObjectNode live, String data, String manager) throws ApplyConflictException {
        return ServerSideApply.apply(live, config(data), CONFIG, manager, false, "v1", "", live == null ? EARLY : LATE);
    }

    private static JsonNode owned(ObjectNode object, String manager) {
        for (JsonNode entry : object.at("/metadata/managedFields")) {
            if (entry.path("manager").asText().equals(manager)) {
                return entry.path("fieldsV1");
            }
        }
        return json("null");
    }

    @Test
    void sharedFieldsStayUntilTheLastOwnerLeaves() throws ApplyConflictException {
        ObjectNode live = apply(null, "{'a':'1'}", "alice");
        assertThat(owned(live, "alice")).isEqualTo(json("{'f:data':{'f:a':{}}}"));
        live = apply(live, "{'a':'1','b':'2'}", "bob");
        live = apply(live, "{'a':'1'}", "bob");
        assertThat(live.get("data")).isEqualTo(json("{'a':'1'}"));
        live = apply(live, "", "alice");
        assertThat(live.get("data")).isEqualTo(json("{'a':'1'}"));
        live = apply(live, "", "bob");
        assertThat(live.has("data")).isFalse();
        assertThat(live.at("/metadata").has("managedFields")).isFalse();
    }

    @Test
    void refusesToChangeWhatOthersOwnUnlessForced() throws ApplyConflictException {
        ObjectNode live = config("{'a':'1'}");
        ManagedFields.update(null, live, CONFIG, "editor", "v1", "Update", "", EARLY);
        assertThat(owned(live, "editor")).isEqualTo(json("{'f:data':{'.':{},'f:a':{}}}"));
        ApplyConflictException refused = catchThrowableOfType(ApplyConflictException.class, () -> apply(live, "{'a':'2'}", "alice"));
        assertThat(refused.conflicts()).extracting(Conflict::manager, Conflict::operation, Conflict::field).containsExactly(org.assertj.core.groups.Tuple.tuple("editor", "Update", ".data.a"));
        ObjectNode forced = ServerSideApply.apply(live, config("{'a':'2'}"), CONFIG, "alice", true, "v1", "", LATE);
        assertThat(forced.at("/data/a").asText()).isEqualTo("2");
        assertThat(owned(forced, "editor")).isEqualTo(json("{'f:data':{}}"));
        assertThat(owned(forced, "alice")).isEqualTo(json("{'f:data':{'f:a':{}}}"));
    }

    @Test
    void mergesPortsByTheirDefaultedKeys() throws ApplyConflictException {
        String form = "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{'template':{'spec':{'containers':[{'name':'a',%s}]}}}}";
        ObjectNode live = ServerSideApply.apply(null, object(form.formatted("'image':'i','ports':[{'containerPort':80}]")), DEPLOYMENT, "alice", false, "apps/v1", "", EARLY);
        Defaults.apply(live, DEPLOYMENT);
        assertThat(owned(live, "alice").at("/f:spec/f:template/f:spec/f:containers").get("k:{\"name\":\"a\"}").path("f:ports").get("k:{\"containerPort\":80,\"protocol\":\"TCP\"}"))
                .isEqualTo(json("{'.':{},'f:containerPort':{}}"));
        ObjectNode both = ServerSideApply.apply(live, object(form.formatted("'ports':[{'containerPort':80,'protocol':'UDP'}]")), DEPLOYMENT, "bob", false, "apps/v1", "", LATE);
        assertThat(both.at("/spec/template/spec/containers/0/ports")).isEqualTo(json("[{'containerPort':80,'protocol':'TCP'},{'containerPort':80,'protocol':'UDP'}]"));
        ApplyConflictException refused = catchThrowableOfType(ApplyConflictException.class,
                () -> ServerSideApply.apply(live, object(form.formatted("'image':'j'")), DEPLOYMENT, "bob", false, "apps/v1", "", LATE));
        assertThat(refused.conflicts().getFirst().field()).isEqualTo(".spec.template.spec.containers[name=\"a\"].image");
    }

    @Property(tries = 60)
    void applyingTwiceChangesNothing(@ForAll @NotEmpty Map<@AlphaChars @StringLength(min = 1, max = 4) String, @AlphaChars String> data,
            @ForAll Map<@AlphaChars @StringLength(min = 1, max = 4) String, @AlphaChars String> others) throws ApplyConflictException {
        ObjectNode mine = config("{}");
        data.forEach(mine.withObjectProperty("data")::put);
        ObjectNode theirs = config("{}");
        others.forEach(theirs.withObjectProperty("data")::put);
        ObjectNode live = ServerSideApply.apply(null, theirs, CONFIG, "bob", false, "v1", "", EARLY);
        ObjectNode once = ServerSideApply.apply(live, mine, CONFIG, "alice", true, "v1", "", EARLY);
        ObjectNode twice = ServerSideApply.apply(once, mine, CONFIG, "alice", false, "v1", "", LATE);
        assertThat(twice).isEqualTo(once);
        data.forEach((k, v) -> assertThat(once.at("/data").get(k).asText()).isEqualTo(v));
        others.keySet().forEach(k -> assertThat(once.at("/data").has(k)).isTrue());
    }

    @Property(tries = 60)
    void givingUpOneSetNeverTakesAnother(@ForAll Map<@AlphaChars @StringLength(min = 1, max = 2) String, @AlphaChars String> first,
            @ForAll Map<@AlphaChars @StringLength(min = 1, max = 2) String, @AlphaChars String> second) throws ApplyConflictException {
        ObjectNode a = config("{}");
        first.forEach(a.withObjectProperty("data")::put);
        ObjectNode b = config("{}");
        second.forEach(b.withObjectProperty("data")::put);
        ObjectNode live = ServerSideApply.apply(null, a, CONFIG, "a", true, "v1", "", EARLY);
        live = ServerSideApply.apply(live, b, CONFIG, "b", true, "v1", "", EARLY);
        live = ServerSideApply.apply(live, config(""), CONFIG, "a", true, "v1", "", LATE);
        ObjectNode left = live;
        second.forEach((k, v) -> assertThat(left.at("/data").path(k).asText()).isEqualTo(v));
        assertThat(left.path("data").size()).isEqualTo(second.size());
    }
}

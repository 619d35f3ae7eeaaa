package dev.skerry.kube.schema;

import static dev.skerry.kube.schema.Text.json;
import static dev.skerry.kube.schema.Text.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchesTest {
    private static final Schema DEPLOYMENT = Text.schema("apps/v1", "Deployment");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'a':1}       | [{'op':'add','path':'/b','value':2}]                   | {'a':1,'b':2}",
        "{'a':[1,3]}   | [{'op':'add','path':'/a/1','value':2}]                 | {'a':[1,2,3]}",
        "{'a':[1]}     | [{'op':'add','path':'/a/-','value':2}]                 | {'a':[1,2]}",
        "{'a':1,'b':2} | [{'op':'remove','path':'/b'}]                          | {'a':1}",
        "{'a':[1,2]}   | [{'op':'remove','path':'/a/-1'}]                       | {'a':[1]}",
        "{'a':1}       | [{'op':'replace','path':'/a','value':{'x':1}}]         | {'a':{'x':1}}",
        "{'a':1}       | [{'op':'replace','path':'/b','value':2}]               | {'a':1,'b':2}",
        "{'a':1}       | [{'op':'move','from':'/a','path':'/b'}]                | {'b':1}",
        "{'a':{'x':1}} | [{'op':'copy','from':'/a','path':'/b'}]                | {'a':{'x':1},'b':{'x':1}}",
        "{'a/b':1}     | [{'op':'test','path':'/a~1b','value':1.0}]             | {'a/b':1}",
        "{'a~b':1}     | [{'op':'replace','path':'/a~0b','value':2}]            | {'a~b':2}",
        "{'a':1}       | [{'op':'replace','path':'','value':[1]}]               | [1]",
    })
    void followsRfc6902(String document, String patch, String expected) throws PatchException {
        assertThat(Patches.json(json(document), json(patch))).isEqualTo(json(expected));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "[{'op':'remove','path':'/zz'}]", "[{'op':'add','path':'/no/x','value':1}]", "[{'op':'add','path':'/l/9','value':1}]",
        "[{'op':'test','path':'/a','value':2}]", "[{'op':'move','from':'/o','path':'/o/x'}]", "[{'op':'frob','path':'/a'}]",
        "[{'op':'replace','path':'/l/01','value':1}]", "{}",
    })
    void refusesAJsonPatchThatDoesNotApply(String patch) {
        assertThatThrownBy(() -> Patches.json(json("{'a':1,'l':[1],'o':{}}"), json(patch))).isInstanceOf(PatchException.class);
    }

    @Property(tries = 100)
    void aMergePatchGivesItsOwnValuesAndTwiceIsOnce(@ForAll Map<@AlphaChars @StringLength(min = 1, max = 3) String, Integer> before,
            @ForAll Map<@AlphaChars @StringLength(min = 1, max = 3) String, Integer> change) {
        ObjectNode target = Json.MAKE.objectNode();
        before.forEach(target::put);
        ObjectNode patch = Json.MAKE.objectNode();
        change.forEach(patch::put);
        JsonNode once = Patches.merge(target, patch);
        assertThat(Patches.merge(once, patch)).isEqualTo(once);
        assertThat(Patches.merge(target, target)).isEqualTo(target);
        assertThat(Patches.merge(target, Json.MAKE.objectNode())).isEqualTo(target);
        change.forEach((k, v) -> assertThat(once.get(k).asInt()).isEqualTo(v));
    }

    @Test
    void aNullInAMergePatchRemoves() {
        assertThat(Patches.merge(json("{'a':{'x':1,'y':2}}"), json("{'a':{'x':null,'z':{'n':null}}}"))).isEqualTo(json("{'a':{'y':2,'z':{}}}"));
    }

    private static JsonNode containers(String patch) throws PatchException {
        ObjectNode deployment = object("{'spec':{'template':{'spec':{'containers':[{'name':'a','image':'a:1','args':['p'],"
                + "'ports':[{'containerPort':80,'protocol':'TCP'}]},{'name':'b','image':'b:1'}]}}}}");
        return Patches.strategic(deployment, object("{'spec':{'template':{'spec':" + patch + "}}}"), DEPLOYMENT).at("/spec/template/spec/containers");
    }

    @Test
    void aStrategicPatchMergesContainersByName() throws PatchException {
        assertThat(containers("{'containers':[{'name':'a','image':'a:2'}]}").at("/0")).isEqualTo(
                json("{'name':'a','image':'a:2','args':['p'],'ports':[{'containerPort':80,'protocol':'TCP'}]}"));
        assertThat(containers("{'containers':[{'name':'b','$patch':'delete'}]}")).hasSize(1);
        assertThat(containers("{'containers':[{'name':'c','image':'c'}]}").findValuesAsText("name")).containsExactly("c", "a", "b");
        assertThat(containers("{'containers':[{'$patch':'replace'},{'name':'z'}]}")).isEqualTo(json("[{'name':'z'}]"));
        assertThat(containers("{'$setElementOrder/containers':[{'name':'b'},{'name':'a'}]}").findValuesAsText("name")).containsExactly("b", "a");
    }

    @Test
    void aStrategicPatchMergesPortsByNumber() throws PatchException {
        assertThat(containers("{'containers':[{'name':'a','ports':[{'containerPort':80,'name':'web'},{'containerPort':81}]}]}").at("/0/ports")).isEqualTo(
                json("[{'containerPort':80,'protocol':'TCP','name':'web'},{'containerPort':81}]"));
    }

    @Test
    void aStrategicPatchDeletesFromSets() throws PatchException {
        ObjectNode object = object("{'metadata':{'finalizers':['a','b']}}");
        assertThat(Patches.strategic(object, object("{'metadata':{'finalizers':['c']}}"), DEPLOYMENT).at("/metadata/finalizers")).isEqualTo(json("['c','a','b']"));
        assertThat(Patches.strategic(object, object("{'metadata':{'$deleteFromPrimitiveList/finalizers':['a']}}"), DEPLOYMENT).at("/metadata/finalizers"))
                .isEqualTo(json("['b']"));
    }

    @Test
    void wordsFaultsOfStrategicPatchesAsUpstream() {
        assertThatThrownBy(() -> containers("{'containers':[{'image':'noname'}]}")).hasMessage("map: map[image:noname] does not contain declared merge key: name");
        assertThatThrownBy(() -> containers("{'containers':[{'name':'a','$patch':'frob'}]}")).hasMessage("unknown patch type: frob in map: map[$patch:frob name:a]");
        assertThatThrownBy(() -> containers("{'$setElementOrder/containers':'x'}")).hasMessage("expected a []interface {}, but received a string");
    }
}

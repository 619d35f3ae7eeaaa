package dev.skerry.kube.schema;

import static dev.skerry.kube.schema.Text.json;
import static dev.skerry.kube.schema.Text.object;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class KindsTest {
    private static ObjectNode deployment() {
        return object("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d','namespace':'n'},'spec':{'selector':{'matchLabels':{'app':'web'}},"
                + "'template':{'metadata':{'labels':{'app':'web'}},'spec':{'containers':[{'name':'c','image':'img:1'}]}}}}");
    }

    @Test
    void defaultsADeploymentAsUpstreamDoes() {
        ObjectNode object = deployment();
        Schema schema = Text.schema("apps/v1", "Deployment");
        Defaults.apply(object, schema);
        assertThat(object.get("spec")).isEqualTo(json("{'replicas':1,'selector':{'matchLabels':{'app':'web'}},'template':{'metadata':{'labels':{'app':'web'}},"
                + "'spec':{'containers':[{'name':'c','image':'img:1','resources':{},'terminationMessagePath':'/dev/termination-log',"
                + "'terminationMessagePolicy':'File','imagePullPolicy':'IfNotPresent'}],'restartPolicy':'Always','terminationGracePeriodSeconds':30,"
                + "'dnsPolicy':'ClusterFirst','securityContext':{},'schedulerName':'default-scheduler'}},'strategy':{'type':'RollingUpdate',"
                + "'rollingUpdate':{'maxUnavailable':'25%','maxSurge':'25%'}},'revisionHistoryLimit':10,'progressDeadlineSeconds':600}"));
        assertThat(object.get("status")).isEqualTo(json("{}"));
        ObjectNode again = object.deepCopy();
        Defaults.apply(again, schema);
        assertThat(again).isEqualTo(object);
    }

    @Test
    void namesUnknownFieldsByPath() {
        ObjectNode pod = object("{'metadata':{'lables':{}},'spec':{'containers':[{'name':'c','imagepullpolicy':'x','ports':[{'protocl':'TCP'}]}]}}");
        assertThat(Fields.prune(pod, Text.schema("v1", "Pod"))).containsExactly("metadata.lables", "spec.containers[0].imagepullpolicy", "spec.containers[0].ports[0].protocl");
        assertThat(pod).isEqualTo(json("{'metadata':{},'spec':{'containers':[{'name':'c','ports':[{}]}]}}"));
    }

    @Test
    void saysWhyABuiltInObjectCannotBeDecoded() {
        Schema pod = Text.schema("v1", "Pod");
        assertThat(Validation.typeErrors(object("{'spec':{'hostNetwork':'true'}}"), pod).getFirst().message())
                .isEqualTo("json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool");
        assertThat(Validation.typeErrors(object("{'spec':'x'}"), pod).getFirst().message())
                .isEqualTo("json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec");
        assertThat(Validation.typeErrors(object("{'spec':{'containers':[{'args':'x'}]}}"), pod).getFirst().message())
                .isEqualTo("json: cannot unmarshal string into Go struct field Container.spec.containers.args of type []string");
    }

    @Test
    void refusesASelectorThatMissesItsTemplate() {
        Gvk kind = new Gvk("apps", "v1", "Deployment");
        ObjectNode wrong = deployment();
        Defaults.apply(wrong, Text.schema("apps/v1", "Deployment"));
        assertThat(BuiltInValidation.validate(kind, wrong)).isEmpty();
        ((ObjectNode) wrong.at("/spec/selector/matchLabels")).put("app", "other");
        assertThat(BuiltInValidation.validate(kind, wrong)).extracting(Cause::text)
                .containsExactly("spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`");
    }

    @Test
    void checksNamesInUpstreamsWords() {
        ObjectNode object = object("{'metadata':{'name':'a.b','namespace':'n','labels':{'x':'-'}}}");
        assertThat(Names.validateMetadata(object, new Gvk("", "v1", "ConfigMap"), true)).hasSize(1);
        assertThat(Names.validateMetadata(object, new Gvk("", "v1", "Service"), true).getFirst().message()).isEqualTo("Invalid value: \"a.b\": must not contain dots");
    }

    @Test
    void holdsACustomResourceAgainstItsSchema() throws InvalidSchemaException {
        Schema schema = Schema.parseStructural(json("{'type':'object','required':['spec'],'properties':{'spec':{'type':'object','required':['a'],'properties':{"
                + "'a':{'type':'integer','minimum':1,'default':7},'s':{'type':'string','enum':['A','B']},'o':{'type':'object','default':{},'properties':{'x':{'type':'string','default':'y'}}}}}}}"));
        ObjectNode good = object("{'apiVersion':'g/v1','kind':'K','metadata':{'name':'n'},'spec':{}}");
        Defaults.apply(good, schema);
        assertThat(good.get("spec")).isEqualTo(json("{'a':7,'o':{'x':'y'}}"));
        assertThat(Validation.validate(good, schema)).isEmpty();
        assertThat(Validation.validate(object("{'spec':{'a':0,'s':'C'}}"), schema)).extracting(Cause::message)
                .containsExactly("Invalid value: 0: spec.a in body should be greater than or equal to 1", "Unsupported value: \"C\": supported values: \"A\", \"B\"");
        assertThat(Validation.validate(object("{}"), schema)).extracting(Cause::text).containsExactly("spec: Required value");
        assertThatThrownBy(() -> Schema.parseStructural(json("{'type':'string'}"))).isInstanceOf(InvalidSchemaException.class);
    }

    @Test
    void spellsQuantitiesOneWay() {
        assertThat(Quantity.canonical(json("'1024Mi'"))).isEqualTo("1Gi");
        assertThat(Quantity.canonical(json("'1000m'"))).isEqualTo("1");
        assertThat(Quantity.canonical(json("0.5"))).isEqualTo("500m");
        assertThat(Quantity.canonical(json("'500M'"))).isEqualTo("500M");
        assertThat(Quantity.canonical(json("3"))).isEqualTo("3");
    }

    @Test
    void knowsEveryBuiltInKind() {
        SchemaCatalog catalog = SchemaCatalog.builtIn();
        Facts.discovery().path("groups").forEach(g -> g.path("versions").forEach(v -> v.path("resources").forEach(r -> {
            Gvk kind = new Gvk(g.path("group").asText(), v.path("version").asText(), r.path("kind").asText());
            if (!r.path("resource").asText().contains("/")) {
                assertThat(catalog.find(kind)).as(kind.toString()).isPresent();
            }
        })));
    }
}

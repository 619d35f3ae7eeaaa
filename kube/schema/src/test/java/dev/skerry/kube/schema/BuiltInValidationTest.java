package dev.skerry.kube.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of built-in kinds name the place and what is accepted, and let what is right pass. */
class BuiltInValidationTest {

    private static List<String> faults(String json) throws Exception {
        var object = (ObjectNode) new ObjectMapper().readTree(json);
        Defaults.apply(object, SchemaCatalog.builtIn().find(Gvk.of(object)).orElseThrow());
        return BuiltInValidation.validate(Gvk.of(object), object).stream().map(Cause::text).toList();
    }

    @Test
    void tellsWhereInAListAndWhatIsAccepted() throws Exception {
        assertThat(faults("""
                {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "n"},
                 "spec": {"podSelector": {}, "ingress": [{"ports": [{"port": 80}, {"port": 0, "protocol": "X"}]}]}}"""))
                .containsExactlyInAnyOrder(
                        "spec.ingress[0].ports[1].protocol: Unsupported value: \"X\": supported values: \"TCP\", \"UDP\", \"SCTP\"",
                        "spec.ingress[0].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive");
    }

    @Test
    void aRoleNeedsVerbsAndResources() throws Exception {
        assertThat(faults("{\"apiVersion\": \"rbac.authorization.k8s.io/v1\", \"kind\": \"Role\", \"metadata\": {\"name\": \"r\"}, \"rules\": [{\"apiGroups\": [\"\"]}]}"))
                .contains("rules[0].verbs: Required value: verbs must contain at least one value");
    }

    @Test
    void aPodsRulesHoldInEveryTemplate() throws Exception {
        assertThat(faults("""
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"a": "b"}},
                 "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"hostname": "A", "containers": [{"name": "c", "image": "i"}]}}}}"""))
                .singleElement().asString().startsWith("spec.template.spec.hostname: Invalid value: \"A\"");
    }

    @Test
    void whatIsRightPasses() throws Exception {
        assertThat(faults("""
                {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "p"}, "spec": {"minAvailable": "50%", "selector": {"matchLabels": {"a": "b"}}}}"""))
                .isEmpty();
    }
}

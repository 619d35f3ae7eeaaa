package dev.skerry.kube.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.kube.admission.PodSecurityLevel.Level;
import dev.skerry.kube.admission.PodSecurityLevel.Policy;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodSecurityRulesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One broken rule a line, in upstream's words. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"hostNetwork": true, "hostPID": true} | host namespaces (hostNetwork=true, hostPID=true)
            {"volumes": [{"name": "a", "hostPath": {"path": "/"}}, {"name": "b", "hostPath": {"path": "/"}}]} | hostPath volumes (volumes "a", "b")
            {"containers": [{"name": "c", "ports": [{"hostPort": 80}, {"hostPort": 9}]}]} | hostPort (container "c" uses hostPorts 80, 9)
            {"containers": [{"name": "c", "livenessProbe": {"httpGet": {"host": "x"}}}]} | probe or lifecycle host (container "c" uses probe or lifecycle host "x")
            {"containers": [{"name": "c", "securityContext": {"privileged": true}}]} | privileged (container "c" must not set securityContext.privileged=true)
            {"containers": [{"name": "c", "securityContext": {"procMount": "Unmasked"}}]} | procMount (container "c" must not set securityContext.procMount to "Unmasked")
            {"containers": [{"name": "c", "securityContext": {"capabilities": {"add": ["SYS_ADMIN", "CHOWN"]}}}]} | non-default capabilities (container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add)
            {"securityContext": {"seLinuxOptions": {"type": "x", "user": "u"}}} | seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "x"; user may not be set)
            {"securityContext": {"seccompProfile": {"type": "Unconfined"}}} | seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")
            {"securityContext": {"sysctls": [{"name": "kernel.msgmax"}]}} | forbidden sysctls (kernel.msgmax)
            {"containers": [{"name": "c", "securityContext": {"windowsOptions": {"hostProcess": true}}}]} | hostProcess (container "c" must not set securityContext.windowsOptions.hostProcess=true)
            """)
    void tellsWhatTheBaselineForbids(String spec, String expected) throws IOException {
        assertThat(texts(new PodSecurityLevel(Level.BASELINE, PodSecurityLevel.LATEST), spec)).containsExactly(expected);
    }

    @Test
    void wantsMoreOfARestrictedPod() throws IOException {
        var bare = "{\"containers\": [{\"name\": \"c\"}]}";
        assertThat(texts(new PodSecurityLevel(Level.RESTRICTED, PodSecurityLevel.LATEST), bare)).containsExactly(
                "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false)",
                "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"])",
                "runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true)",
                "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")");
        assertThat(texts(new PodSecurityLevel(Level.RESTRICTED, 7), bare)).as("rules of an old version").hasSize(1);
        var good = """
                {"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
                 "containers": [{"name": "c", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}]}""";
        assertThat(texts(new PodSecurityLevel(Level.RESTRICTED, PodSecurityLevel.LATEST), good)).isEmpty();
    }

    /** Warnings and audit follow what is enforced, unless they say something else; a wrong label enforces most. */
    @Test
    void readsTheLabelsOfANamespace() throws IOException {
        var policy = Policy.of(JSON.readTree("{\"pod-security.kubernetes.io/enforce\": \"baseline\", \"pod-security.kubernetes.io/enforce-version\": \"v1.30\", \"pod-security.kubernetes.io/audit\": \"privileged\"}"));
        assertThat(List.of(policy.enforce().text(), policy.warn().text(), policy.audit().text())).containsExactly("baseline:v1.30", "baseline:v1.30", "privileged:latest");
        var wrong = Policy.of(JSON.readTree("{\"pod-security.kubernetes.io/enforce\": \"x\"}"));
        assertThat(wrong.enforce().text()).isEqualTo("restricted:latest");
        assertThat(wrong.warn().privileged()).isTrue();
        assertThat(wrong.faults()).hasSize(1);
    }

    private static List<String> texts(PodSecurityLevel level, String spec) throws IOException {
        return PodSecurityRules.faults(level, JSON.createObjectNode(), JSON.readTree(spec)).stream().map(PodSecurityRules.Fault::text).toList();
    }
}

package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class TemplateHashTest {

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }

    /** As the deployment controller of Kubernetes 1.36 names it: a site that moves between both rolls nothing out. */
    @Test
    void namesATemplateAsUpstreamDoes() throws Exception {
        var template = json("""
                {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "img:1", "resources": {},
                 "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"}],
                 "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst", "securityContext": {}, "schedulerName": "default-scheduler"}}""");

        assertThat(TemplateHash.of(template, 0)).isEqualTo("5d9f7f9569");
        assertThat(TemplateHash.of(template, 1)).isNotEqualTo("5d9f7f9569");
    }

    @Test
    void printsQuantitiesPortsAndListsAsUpstreamDoes() throws Exception {
        var template = json("""
                {"spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "500m", "memory": "64Mi"}},
                 "livenessProbe": {"httpGet": {"path": "/", "port": "http"}}, "env": [{"name": "A", "value": "1"}]}]}}""");

        assertThat(TemplateHash.print(template)).contains(
                "Limits:(v1.ResourceList)map[cpu:{i:(resource.int64Amount){value:(int64)500 scale:(resource.Scale)-3} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} "
                        + "s:(string)500m Format:(resource.Format)DecimalSI} memory:{i:(resource.int64Amount){value:(int64)67108864 scale:(resource.Scale)0} "
                        + "d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string) Format:(resource.Format)BinarySI}]",
                "Port:(intstr.IntOrString){Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)http}",
                "Env:([]v1.EnvVar)[{Name:(string)A Value:(string)1 ValueFrom:(*v1.EnvVarSource)<nil>}]");
    }
}

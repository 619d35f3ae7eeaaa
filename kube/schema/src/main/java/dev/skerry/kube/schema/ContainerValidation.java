package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rules of the containers of one Pod specification. */
final class ContainerValidation {
    private static final List<String> NOT_EPHEMERAL = List.of("ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules", "livenessProbe",
            "readinessProbe", "startupProbe", "lifecycle");
    private static final int MAX_EXIT_CODES = 255;

    private final Place spec;
    private final Map<String, JsonNode> volumes;
    private final Set<String> claims;
    private final boolean hostUsers;

    /** @param volumes sources of the volumes that have no faults, by name */
    ContainerValidation(Place spec, Map<String, JsonNode> volumes, Set<String> claims, boolean hostUsers) {
        this.spec = spec;
        this.volumes = volumes;
        this.claims = claims;
        this.hostUsers = hostUsers;
    }

    void all() {
        Place containers = spec.get("containers");
        if (containers.blank()) {
            containers.required();
        }
        Set<String> names = new HashSet<>();
        for (Place container : containers.items()) {
            common(container);
            if (!names.add(container.get("name").text())) {
                container.get("name").duplicate();
            }
            hooks(container);
            restartPolicy(container);
        }
        uniqueHostPorts(containers.items());
        for (Place container : spec.get("initContainers").items()) {
            initContainer(container, names);
        }
        Set<String> others = Set.copyOf(names);
        for (Place container : spec.get("ephemeralContainers").items()) {
            ephemeral(container, names, others);
        }
    }

    private void initContainer(Place container, Set<String> names) {
        common(container);
        boolean stays = container.get("restartPolicy").is("Always");
        restartPolicy(container);
        Place name = container.get("name");
        if (!name.text().isEmpty() && !names.add(name.text())) {
            name.duplicate();
        }
        uniqueHostPorts(List.of(container));
        if (stays) {
            hooks(container);
            return;
        }
        for (String member : List.of("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.has(member)) {
                container.get(member).forbidden("may not be set for init containers without restartPolicy=Always");
            }
        }
    }

    private void ephemeral(Place container, Set<String> names, Set<String> others) {
        common(container);
        image(container);
        if (!names.add(container.get("name").text())) {
            container.get("name").duplicate();
        }
        Place target = container.get("targetContainerName");
        if (!target.blank() && !others.contains(target.text())) {
            target.notFound();
        }
        for (String member : NOT_EPHEMERAL) {
            if (!container.get(member).blank()) {
                container.get(member).forbidden("cannot be set for an Ephemeral Container");
            }
        }
        for (Place mount : container.get("volumeMounts").items()) {
            for (String path : List.of("subPath", "subPathExpr")) {
                if (!mount.get(path).blank()) {
                    mount.get(path).forbidden("cannot be set for an Ephemeral Container");
                }
            }
        }
    }

    private void common(Place container) {
        if (container.get("name").must()) {
            container.get("name").label();
        }
        container.get("image").must();
        container.get("terminationMessagePolicy").mustBeOneOf("File", "FallbackToLogsOnError");
        ports(container.get("ports"));
        EnvironmentValidation.variables(container.get("env"));
        EnvironmentValidation.sources(container.get("envFrom"));
        MountValidation.mounts(container, volumes);
        MountValidation.devices(container, volumes);
        container.get("imagePullPolicy").mustBeOneOf("Always", "IfNotPresent", "Never");
        ResourceValidation.requirements(container.get("resources"), claims);
        resize(container.get("resizePolicy"));
        SecurityValidation.container(container.get("securityContext"), hostUsers);
    }

    private void hooks(Place container) {
        long grace = spec.get("terminationGracePeriodSeconds").number();
        Place lifecycle = container.get("lifecycle");
        if (lifecycle.given()) {
            for (String hook : List.of("postStart", "preStop")) {
                if (lifecycle.has(hook)) {
                    ProbeValidation.handler(lifecycle.get(hook), grace);
                }
            }
        }
        ProbeValidation.probe(container.get("livenessProbe"), grace);
        ProbeValidation.probe(container.get("readinessProbe"), grace);
        ProbeValidation.probe(container.get("startupProbe"), grace);
    }

    static void image(Place container) {
        String image = container.get("image").text();
        if (!image.equals(image.strip())) {
            container.get("image").invalidText("must not have leading or trailing whitespace");
        }
    }

    private void restartPolicy(Place container) {
        Place policy = container.get("restartPolicy");
        Place rules = container.get("restartPolicyRules");
        policy.oneOf("Always", "Never", "OnFailure");
        if (!rules.blank() && policy.blank()) {
            policy.required("must specify restartPolicy when restart rules are used");
        }
        for (Place rule : rules.items()) {
            rule.get("action").mustBeOneOf("Restart", "RestartAllContainers");
            Place codes = rule.get("exitCodes");
            if (!codes.given()) {
                codes.required("must be specified");
                continue;
            }
            codes.get("operator").mustBeOneOf("In", "NotIn");
            if (codes.get("values").value().size() > MAX_EXIT_CODES) {
                codes.get("values").tooMany(MAX_EXIT_CODES);
            }
        }
    }

    private static void ports(Place ports) {
        Set<String> names = new HashSet<>();
        for (Place port : ports.items()) {
            Place name = port.get("name");
            if (!name.blank()) {
                if (!Forms.portName(name.text()).isEmpty()) {
                    name.portName();
                } else if (!names.add(name.text())) {
                    name.duplicate();
                }
            }
            if (port.get("containerPort").number() == 0) {
                port.get("containerPort").required();
            } else {
                port.get("containerPort").portNumber();
            }
            if (port.get("hostPort").number() != 0) {
                port.get("hostPort").portNumber();
            }
            port.get("protocol").mustBeOneOf("SCTP", "TCP", "UDP");
        }
    }

    private static void uniqueHostPorts(List<Place> containers) {
        Set<String> seen = new HashSet<>();
        for (Place container : containers) {
            for (Place port : container.get("ports").items()) {
                long number = port.get("hostPort").number();
                String key = port.get("protocol").text() + "/" + port.get("hostIP").text() + "/" + number;
                if (number != 0 && !seen.add(key)) {
                    port.get("hostPort").duplicate(Names.quote(key));
                }
            }
        }
    }

    private void resize(Place policies) {
        Set<String> seen = new HashSet<>();
        for (Place policy : policies.items()) {
            String resource = policy.get("resourceName").text();
            if (!seen.add(resource)) {
                policy.duplicate(Names.quote(resource));
            }
            policy.get("resourceName").named(policies.path()).mustBeOneOf("cpu", "memory");
            Place restart = policy.get("restartPolicy").named(policies.path());
            restart.mustBeOneOf("NotRequired", "RestartContainer");
            if (spec.get("restartPolicy").is("Never") && !restart.is("NotRequired")) {
                restart.invalidText("must be 'NotRequired' when `restartPolicy` is 'Never'");
            }
        }
    }
}

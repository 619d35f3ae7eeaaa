package dev.skerry.kube.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of services. */
final class ServiceValidation {
    private static final int LONGEST_AFFINITY = 86_400;
    private static final String RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";

    private ServiceValidation() {}

    static void service(Place service) {
        Place spec = service.get("spec");
        Place type = spec.get("type");
        topology(service.get("metadata", "annotations"));
        if (spec.get("ports").blank() && !headless(spec) && !type.is("ExternalName")) {
            spec.get("ports").required();
        }
        byType(spec, type.text());
        ports(spec);
        spec.get("selector").labels();
        affinity(spec);
        addresses(spec);
        for (Place ip : spec.get("externalIPs").items()) {
            int before = ip.causes().size();
            ip.ip();
            if (ip.causes().size() == before) {
                Address.notSpecial(ip);
            }
        }
        type.mustBeOneOf("ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        portUse(spec, type);
        boolean balanced = type.is("LoadBalancer");
        sourceRanges(service, balanced);
        if (spec.has("allocateLoadBalancerNodePorts") && !balanced) {
            spec.get("allocateLoadBalancerNodePorts").forbidden("may only be used when `type` is 'LoadBalancer'");
        }
        if (spec.has("loadBalancerClass")) {
            if (balanced) {
                spec.get("loadBalancerClass").qualified();
            } else {
                spec.get("loadBalancerClass").forbidden("may only be used when `type` is 'LoadBalancer'");
            }
        }
        traffic(spec, type);
        Place internal = spec.get("internalTrafficPolicy");
        if (!internal.given() && type.in("NodePort", "LoadBalancer", "ClusterIP")) {
            internal.required();
        }
        internal.oneOf("Cluster", "Local");
        Place distribution = spec.get("trafficDistribution");
        if (distribution.given() && !distribution.in("PreferClose", "PreferSameZone", "PreferSameNode")) {
            distribution.notSupported("PreferClose", "PreferSameZone", "PreferSameNode");
        }
    }

    private static void topology(Place annotations) {
        Place mode = annotations.key("service.kubernetes.io/topology-mode");
        Place hints = annotations.key("service.kubernetes.io/topology-aware-hints");
        if (mode.given() && hints.given() && !mode.is(hints.text())) {
            mode.invalidText("must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified");
        }
    }

    static boolean headless(Place spec) {
        List<String> ips = spec.get("clusterIPs").texts();
        return ips.isEmpty() ? spec.get("clusterIP").is("None") : ips.size() == 1 && ips.getFirst().equals("None");
    }

    private static void byType(Place spec, String type) {
        switch (type) {
            case "LoadBalancer", "NodePort" -> {
                if (headless(spec)) {
                    spec.get("clusterIPs").item(0).invalidAs("\"None\"", "may not be set to 'None' for " + type + " services");
                }
            }
            case "ExternalName" -> {
                if (!spec.get("clusterIPs").blank() || !spec.get("clusterIP").blank()) {
                    spec.get("clusterIPs").forbidden("may not be set for ExternalName services");
                }
                for (String name : List.of("ipFamilies", "ipFamilyPolicy")) {
                    if (!spec.get(name).blank()) {
                        spec.get(name).forbidden("may not be set for ExternalName services");
                    }
                }
                Place external = spec.get("externalName");
                String name = external.text().endsWith(".") ? external.text().substring(0, external.text().length() - 1) : external.text();
                if (name.isEmpty()) {
                    external.required();
                } else {
                    Names.subdomain(name).forEach(f -> external.invalidAs(Names.quote(name), f));
                }
            }
            default -> { }
        }
    }

    private static void ports(Place spec) {
        Set<String> names = new HashSet<>();
        List<Place> ports = spec.get("ports").items();
        for (Place port : ports) {
            Place name = port.get("name");
            if (ports.size() > 1 && name.blank()) {
                name.required();
            } else if (!name.blank()) {
                name.label();
                if (!names.add(name.text())) {
                    name.duplicate();
                }
            }
            port.get("port").portNumber();
            port.get("protocol").mustBeOneOf("SCTP", "TCP", "UDP");
            port.get("targetPort").port();
            if (port.has("appProtocol")) {
                port.get("appProtocol").qualified();
            }
        }
    }

    private static void affinity(Place spec) {
        Place affinity = spec.get("sessionAffinity");
        affinity.mustBeOneOf("ClientIP", "None");
        Place config = spec.get("sessionAffinityConfig");
        if (affinity.is("ClientIP")) {
            Place timeout = config.get("clientIP", "timeoutSeconds");
            for (Place part : List.of(config, config.get("clientIP"), timeout)) {
                if (!part.given()) {
                    part.required("when session affinity type is ClientIP");
                    return;
                }
            }
            if (timeout.number() <= 0 || timeout.number() > LONGEST_AFFINITY) {
                timeout.invalid("must be greater than 0 and less than " + LONGEST_AFFINITY);
            }
        } else if (affinity.is("None") && config.given()) {
            config.forbidden("must not be set when session affinity is None");
        }
    }

    private static void addresses(Place spec) {
        if (spec.get("type").is("ExternalName")) {
            return;
        }
        Place ip = spec.get("clusterIP");
        Place ips = spec.get("clusterIPs");
        if (ip.blank()) {
            if (!ips.blank()) {
                ips.invalid("must be empty when `clusterIP` is not specified");
            }
        } else if (!ips.blank() && !ips.item(0).is(ip.text())) {
            ips.invalid("first value must match `clusterIP`");
        }
        Set<String> families = new HashSet<>();
        for (Place family : spec.get("ipFamilies").items()) {
            if (!family.in("IPv4", "IPv6")) {
                family.notSupported("IPv4", "IPv6");
            }
            if (!families.add(family.text())) {
                family.duplicate();
            }
        }
        Place policy = spec.get("ipFamilyPolicy");
        if (policy.given() && !policy.in("PreferDualStack", "RequireDualStack", "SingleStack")) {
            policy.notSupported("PreferDualStack", "RequireDualStack", "SingleStack");
        }
        List<Place> all = ips.blank() && !ip.blank() ? List.of(ip.named(ips.path() + "[0]")) : ips.items();
        if (wrong(ips, all)) {
            return;
        }
        if (all.size() > 1 && all.stream().map(a -> Address.v6(a.text())).distinct().count() < 2) {
            ips.invalid("may specify no more than one IP for each IP family");
        }
        List<Place> wanted = spec.get("ipFamilies").items();
        for (int i = 0; !headless(spec) && i < Math.min(all.size(), wanted.size()); i++) {
            boolean v6 = Address.v6(all.get(i).text());
            if (wanted.get(i).is(v6 ? "IPv4" : "IPv6")) {
                all.get(i).invalidText("expected an " + wanted.get(i).text() + " value as indicated by `ipFamilies[" + i + "]`");
            }
        }
    }

    private static boolean wrong(Place ips, List<Place> all) {
        boolean wrong = false;
        for (int i = 0; i < all.size(); i++) {
            if (i == 0 && all.getFirst().is("None")) {
                if (all.size() > 1) {
                    wrong = true;
                    ips.invalid("'None' must be the first and only value");
                }
                continue;
            }
            wrong |= Address.parse(all.get(i).text()).isEmpty();
            all.get(i).ip();
        }
        if (all.size() > 2) {
            ips.invalid("may only hold up to 2 values");
        }
        return wrong;
    }

    private static void portUse(Place spec, Place type) {
        List<Place> ports = spec.get("ports").items();
        if (type.is("ClusterIP")) {
            for (Place port : ports) {
                if (port.get("nodePort").number() != 0) {
                    port.get("nodePort").forbidden("may not be used when `type` is 'ClusterIP'");
                }
            }
        }
        Set<String> used = new HashSet<>();
        for (Place port : ports) {
            if (port.get("nodePort").number() != 0 && !used.add(port.get("protocol").text() + port.get("nodePort").number())) {
                port.get("nodePort").duplicate();
            }
        }
        used.clear();
        for (Place port : ports) {
            if (!used.add(port.get("protocol").text() + port.get("port").number())) {
                port.duplicate("{\"Name\":\"\",\"Protocol\":" + Names.quote(port.get("protocol").text()) + ",\"AppProtocol\":null,\"Port\":" + port.get("port").number()
                        + ",\"TargetPort\":0,\"NodePort\":0}");
            }
        }
    }

    private static void sourceRanges(Place service, boolean balanced) {
        Place ranges = service.get("spec", "loadBalancerSourceRanges").named("spec.LoadBalancerSourceRanges");
        Place annotation = service.get("metadata", "annotations").key(RANGES);
        if (!ranges.blank()) {
            if (!balanced) {
                ranges.forbidden("may only be used when `type` is 'LoadBalancer'");
            }
            for (Place range : ranges.items()) {
                new Place(Json.MAKE.textNode(range.text().strip()), range.path(), range.causes()).cidr();
            }
        } else if (annotation.given()) {
            if (!balanced) {
                annotation.forbidden("may only be used when `type` is 'LoadBalancer'");
            }
            for (String part : annotation.text().strip().split(",")) {
                if (!annotation.text().isBlank()) {
                    new Place(Json.MAKE.textNode(part.strip()), annotation.path(), annotation.causes()).cidr();
                }
            }
        }
    }

    private static void traffic(Place spec, Place type) {
        Place policy = spec.get("externalTrafficPolicy");
        boolean outside = type.in("NodePort", "LoadBalancer") || type.is("ClusterIP") && !spec.get("externalIPs").blank();
        if (!outside) {
            if (!policy.blank()) {
                policy.invalidText("may only be set for externally-accessible services");
            }
        } else {
            policy.mustBeOneOf("Cluster", "Local");
        }
        Place health = spec.get("healthCheckNodePort");
        if (!(type.is("LoadBalancer") && policy.is("Local")) && health.number() != 0) {
            health.invalid("may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        } else if (health.number() != 0) {
            health.portNumber();
        }
    }

    static void update(Place service, Place old) {
        Place now = service.get("spec");
        Place before = old.get("spec");
        boolean external = now.get("type").is("ExternalName") || before.get("type").is("ExternalName");
        if (!external && !(headless(now) && headless(before))) {
            keepFirst(now.get("clusterIPs"), before.get("clusterIPs"), "clusterIP");
        }
        if (!external && !headless(now) && !headless(before)) {
            keepFirst(now.get("ipFamilies"), before.get("ipFamilies"), "ipFamily");
        }
        boolean balanced = now.get("type").is("LoadBalancer") && before.get("type").is("LoadBalancer");
        if (balanced && !now.get("loadBalancerClass").same(before.get("loadBalancerClass"))) {
            now.get("loadBalancerClass").invalid("may not change once set");
        }
        Place health = now.get("healthCheckNodePort");
        if (balanced && now.get("externalTrafficPolicy").is("Local") && before.get("externalTrafficPolicy").is("Local")
                && health.number() != before.get("healthCheckNodePort").number()) {
            health.forbidden("field is immutable");
        }
    }

    private static void keepFirst(Place now, Place before, String what) {
        List<String> a = now.texts();
        List<String> b = before.texts();
        Place first = now.item(0);
        if (a.size() < b.size() && a.isEmpty()) {
            first.invalidAs(now.given() ? now.value().toString() : "null", "primary " + what + " can not be unset");
        } else if (!a.isEmpty() && !b.isEmpty() && !a.getFirst().equals(b.getFirst())) {
            first.invalidAs(now.value().toString(), "may not change once set");
        }
    }

    /** What stands in front of a service, or of an ingress. */
    static void loadBalancer(Place status, boolean allowed) {
        Place ingress = status.get("ingress");
        if (!allowed && !ingress.blank()) {
            ingress.forbidden("may only be used when `spec.type` is 'LoadBalancer'");
            return;
        }
        for (Place one : ingress.items()) {
            if (!one.get("ip").blank()) {
                one.get("ip").ip();
            }
            Place mode = one.get("ipMode");
            if (mode.given() && one.get("ip").blank()) {
                mode.forbidden("may not be specified when `ip` is not set");
            } else {
                mode.oneOf("Proxy", "VIP");
            }
            Place host = one.get("hostname");
            if (!host.blank()) {
                host.subdomain();
                if (Address.parse(host.text()).isPresent()) {
                    host.invalidText("must be a DNS name, not an IP address");
                }
            }
        }
    }
}

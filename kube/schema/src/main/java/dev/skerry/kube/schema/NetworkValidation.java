package dev.skerry.kube.schema;

import java.util.List;

/** Rules of network policies, ingresses and their classes. */
final class NetworkValidation {
    private static final int CONTROLLER_LENGTH = 250;

    private NetworkValidation() {}

    static void policy(Place spec) {
        Selectors.labels(spec.get("podSelector"));
        for (String direction : List.of("ingress", "egress")) {
            for (Place rule : spec.get(direction).items()) {
                rule.get("ports").items().forEach(NetworkValidation::port);
                rule.get(direction.equals("ingress") ? "from" : "to").items().forEach(NetworkValidation::peer);
            }
        }
        Place types = spec.get("policyTypes");
        if (types.value().size() > 2) {
            types.invalid("may not specify more than two policyTypes");
            return;
        }
        for (Place type : types.items()) {
            if (!type.in("Ingress", "Egress")) {
                type.notSupported("Ingress", "Egress");
            }
        }
    }

    private static void port(Place port) {
        Place protocol = port.get("protocol");
        if (protocol.given() && !protocol.in("TCP", "UDP", "SCTP")) {
            protocol.notSupported("TCP", "UDP", "SCTP");
        }
        Place number = port.get("port");
        Place end = port.get("endPort");
        if (!number.given()) {
            if (end.given()) {
                end.invalid("may not be specified when `port` is not specified");
            }
        } else if (number.value().isTextual()) {
            if (end.given()) {
                end.invalid("may not be specified when `port` is non-numeric");
            }
            number.portName();
        } else {
            number.portNumber();
            if (end.given()) {
                if (end.number() < number.number()) {
                    end.invalidAs(number.value().toString(), "must be greater than or equal to `port`");
                }
                end.portNumber();
            }
        }
    }

    private static void peer(Place peer) {
        Place block = peer.get("ipBlock");
        int peers = 0;
        for (String selector : List.of("podSelector", "namespaceSelector")) {
            if (peer.has(selector)) {
                peers++;
                Selectors.labels(peer.get(selector));
            }
        }
        if (block.given()) {
            peers++;
            block(block);
        }
        if (peers == 0) {
            peer.required("must specify a peer");
        } else if (peers > 1 && block.given()) {
            peer.forbidden("may not specify both ipBlock and another peer");
        }
    }

    private static void block(Place block) {
        Place cidr = block.get("cidr");
        if (!cidr.must() || !cidr.cidr()) {
            return;
        }
        Address.Range whole = Address.range(cidr.text()).orElseThrow();
        for (Place except : block.get("except").items()) {
            if (except.cidr() && !whole.strictlyHolds(Address.range(except.text()).orElseThrow())) {
                except.invalidText("must be a strict subset of `cidr`");
            }
        }
    }

    static void ingress(Place spec) {
        Place rules = spec.get("rules");
        if (rules.blank() && !spec.has("defaultBackend")) {
            spec.invalidAs(rules.given() ? rules.value().toString() : "null", "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.has("defaultBackend")) {
            backend(spec.get("defaultBackend"));
        }
        for (Place rule : rules.items()) {
            host(rule.get("host"), true);
            if (rule.has("http")) {
                Place paths = rule.get("http", "paths");
                paths.must();
                paths.items().forEach(NetworkValidation::path);
            }
        }
        for (Place tls : spec.get("tls").items()) {
            tls.get("hosts").items().forEach(h -> host(h, false));
            if (!tls.get("secretName").blank()) {
                tls.get("secretName").subdomain();
            }
        }
        if (spec.has("ingressClassName")) {
            spec.get("ingressClassName").subdomain();
        }
    }

    static void ingressCreated(Place ingress) {
        Place annotation = ingress.get("metadata", "annotations").key("kubernetes.io/ingress.class");
        Place type = ingress.get("spec", "ingressClassName");
        if (annotation.given() && type.given() && !annotation.is(type.text())) {
            annotation.named("annotations.kubernetes.io/ingress.class").invalidText("must match `ingressClassName` when both are specified");
        }
    }

    private static void host(Place host, boolean notAddress) {
        if (host.blank() && notAddress) {
            return;
        }
        if (notAddress && Address.parse(host.text()).isPresent()) {
            host.invalidText("must be a DNS name, not an IP address");
        }
        if (host.text().contains("*")) {
            host.invalidAll(Forms.wildcard(host.text()));
        } else {
            host.subdomain();
        }
    }

    private static void path(Place path) {
        Place type = path.get("pathType");
        Place text = path.get("path");
        if (!type.given()) {
            type.required("pathType must be specified");
            return;
        }
        boolean absolute = text.text().startsWith("/");
        switch (type.text()) {
            case "Exact", "Prefix" -> {
                if (!absolute) {
                    text.invalidText("must be an absolute path");
                }
                for (String part : List.of("//", "/./", "/../", "%2f", "%2F")) {
                    if (text.text().contains(part)) {
                        text.invalidText("must not contain '" + part + "'");
                    }
                }
                for (String end : List.of("/..", "/.")) {
                    if (text.text().endsWith(end)) {
                        text.invalidText("cannot end with '" + end + "'");
                    }
                }
            }
            case "ImplementationSpecific" -> {
                if (!text.text().isEmpty() && !absolute) {
                    text.invalidText("must be an absolute path");
                }
            }
            default -> type.notSupported("Exact", "ImplementationSpecific", "Prefix");
        }
        backend(path.get("backend"));
    }

    private static void backend(Place backend) {
        Place service = backend.get("service");
        Place resource = backend.get("resource");
        if (service.given() && resource.given()) {
            backend.invalidAs("\"\"", "cannot set both resource and service backends");
        } else if (resource.given()) {
            reference(resource);
        } else if (service.given()) {
            if (service.get("name").must()) {
                service.get("name").label();
            }
            Place name = service.get("port", "name");
            Place number = service.get("port", "number");
            if (!name.blank() && number.number() != 0) {
                backend.invalidAs("\"\"", "cannot set both port name & port number");
            } else if (!name.blank()) {
                name.portName();
            } else if (number.number() != 0) {
                number.portNumber();
            } else {
                backend.required("port name or number is required");
            }
        } else {
            backend.invalidAs("\"\"", "resource or service backend is required");
        }
    }

    private static void reference(Place reference) {
        if (reference.has("apiGroup")) {
            reference.get("apiGroup").subdomain();
        }
        for (String name : List.of("kind", "name")) {
            if (reference.get(name).must()) {
                reference.get(name).invalidAll(Names.pathSegment(reference.get(name).text()));
            }
        }
    }

    static void ingressClass(Place spec) {
        Place controller = spec.get("controller");
        if (controller.must()) {
            if (controller.text().length() > CONTROLLER_LENGTH) {
                controller.tooLong(CONTROLLER_LENGTH);
            }
            Forms.domainPath(controller);
        }
        Place parameters = spec.get("parameters");
        if (!parameters.given()) {
            return;
        }
        reference(parameters);
        Place scope = parameters.get("scope");
        Place namespace = parameters.get("namespace");
        if (!scope.given()) {
            scope.required();
        } else if (!scope.in("Cluster", "Namespace")) {
            scope.notSupported("Cluster", "Namespace");
        } else if (scope.is("Namespace") && !namespace.given()) {
            namespace.required("`parameters.scope` is set to 'Namespace'");
        } else if (scope.is("Namespace")) {
            namespace.label();
        } else if (namespace.given()) {
            namespace.forbidden("`parameters.scope` is set to 'Cluster'");
        }
    }

    static void ipAddress(Place address) {
        Place name = address.get("metadata", "name");
        if (Address.parse(name.text()).isEmpty()) {
            name.invalidText("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }
        Place parent = address.get("spec", "parentRef");
        if (!parent.given()) {
            parent.required();
            return;
        }
        for (String member : List.of("resource", "name")) {
            if (parent.get(member).must()) {
                parent.get(member).invalidAll(Names.pathSegment(parent.get(member).text()));
            }
        }
        if (!parent.get("namespace").blank()) {
            parent.get("namespace").label();
        }
    }

    static void serviceRange(Place spec) {
        Place ranges = spec.get("cidrs");
        if (ranges.blank()) {
            ranges.required("at least one CIDR required");
        } else if (ranges.value().size() > 2) {
            ranges.invalid("may only hold up to 2 values");
        } else {
            ranges.items().forEach(Place::cidr);
        }
    }
}

package dev.skerry.kube.schema;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of endpoints and of slices of them. */
final class EndpointValidation {
    private static final int ENDPOINTS = 1_000;
    private static final int ADDRESSES = 100;
    private static final int PORTS = 20_000;
    private static final int HINTS = 8;

    private EndpointValidation() {}

    static void endpoints(Place endpoints) {
        for (Place subset : endpoints.get("subsets").items()) {
            if (subset.get("addresses").blank() && subset.get("notReadyAddresses").blank()) {
                subset.required("must specify `addresses` or `notReadyAddresses`");
            }
            for (String list : List.of("addresses", "notReadyAddresses")) {
                for (Place address : subset.get(list).items()) {
                    address.get("ip").ip();
                    if (!address.get("hostname").blank()) {
                        address.get("hostname").label();
                    }
                    if (address.has("nodeName")) {
                        address.get("nodeName").subdomain();
                    }
                    Address.notSpecial(address.get("ip"));
                }
            }
            List<Place> ports = subset.get("ports").items();
            for (Place port : ports) {
                if (ports.size() > 1 && port.get("name").blank()) {
                    port.get("name").required();
                } else if (!port.get("name").blank()) {
                    port.get("name").label();
                }
                port.get("port").portNumber();
                port.get("protocol").mustBeOneOf("SCTP", "TCP", "UDP");
                if (port.has("appProtocol")) {
                    port.get("appProtocol").qualified();
                }
            }
        }
    }

    static void slice(Place slice) {
        Place type = slice.get("addressType");
        if (type.must()) {
            type.oneOf("FQDN", "IPv4", "IPv6");
        }
        Place endpoints = slice.get("endpoints");
        if (endpoints.value().size() > ENDPOINTS) {
            endpoints.tooMany(ENDPOINTS);
        } else {
            endpoints.items().forEach(e -> endpoint(e, type.text()));
        }
        ports(slice.get("ports"));
    }

    private static void endpoint(Place endpoint, String type) {
        Place addresses = endpoint.get("addresses");
        if (addresses.blank()) {
            addresses.required("must contain at least 1 address");
        } else if (addresses.value().size() > ADDRESSES) {
            addresses.tooMany(ADDRESSES);
        }
        for (Place address : addresses.items()) {
            switch (type) {
                case "IPv4", "IPv6" -> {
                    boolean valid = Address.parse(address.text()).isPresent();
                    if (!valid) {
                        address.ip();
                    } else if (Address.v6(address.text()) != type.equals("IPv6")) {
                        address.invalidText("must be an " + type + " address");
                    }
                    if (valid) {
                        Address.notSpecial(address);
                    }
                }
                case "FQDN" -> fullName(address);
                default -> { }
            }
        }
        if (endpoint.has("nodeName")) {
            endpoint.get("nodeName").subdomain();
        }
        endpoint.get("deprecatedTopology").labels();
        if (endpoint.has("hostname")) {
            endpoint.get("hostname").label();
        }
        hints(endpoint.get("hints"));
    }

    private static void fullName(Place name) {
        String text = name.text().endsWith(".") ? name.text().substring(0, name.text().length() - 1) : name.text();
        if (text.isEmpty()) {
            name.required();
            return;
        }
        List<String> faults = Names.subdomain(text);
        faults.forEach(f -> name.invalidAs(Names.quote(text), f));
        if (faults.isEmpty() && text.split("\\.").length < 2) {
            name.invalidText("should be a domain with at least two segments separated by dots");
        }
    }

    private static void hints(Place hints) {
        for (String kind : List.of("forZones", "forNodes")) {
            Place list = hints.get(kind);
            if (list.value().size() > HINTS) {
                list.tooMany(HINTS);
                continue;
            }
            Set<String> seen = new HashSet<>();
            for (Place hint : list.items()) {
                Place name = hint.get("name");
                if (!seen.add(name.text())) {
                    name.duplicate();
                }
                if (kind.equals("forNodes")) {
                    name.subdomain();
                } else {
                    name.invalidAll(Names.qualified(name.text()));
                }
            }
        }
    }

    private static void ports(Place ports) {
        if (ports.value().size() > PORTS) {
            ports.tooMany(PORTS);
            return;
        }
        Set<String> names = new HashSet<>();
        for (Place port : ports.items()) {
            Place name = port.get("name");
            if (!name.blank()) {
                name.label();
            }
            if (!names.add(name.text())) {
                name.duplicate(Names.quote(name.text()));
            }
            port.get("protocol").mustBeOneOf("SCTP", "TCP", "UDP");
            if (port.has("appProtocol")) {
                port.get("appProtocol").qualified();
            }
        }
    }
}

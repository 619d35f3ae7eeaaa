package dev.skerry.kube.schema;

import java.util.List;

/** Rules of probes and of hooks around a container's life. */
final class ProbeValidation {
    private static final List<String> HANDLERS = List.of("exec", "httpGet", "tcpSocket", "grpc", "sleep");

    private ProbeValidation() {}

    static void probe(Place probe, long grace) {
        if (!probe.given()) {
            return;
        }
        handler(probe, grace);
        for (String name : List.of("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")) {
            probe.get(name).notNegative();
        }
        Place own = probe.get("terminationGracePeriodSeconds");
        if (own.given() && own.number() <= 0) {
            own.invalid("must be greater than 0");
        }
        if (probe.path().endsWith("readinessProbe")) {
            if (own.given()) {
                own.invalid("must not be set for readinessProbes");
            }
        } else if (probe.get("successThreshold").number() != 1) {
            probe.get("successThreshold").invalidNumber("must be 1");
        }
    }

    static void handler(Place place, long grace) {
        boolean some = false;
        for (String name : HANDLERS) {
            Place handler = place.get(name);
            if (!handler.given()) {
                continue;
            }
            if (some) {
                handler.forbidden("may not specify more than 1 handler type");
                continue;
            }
            some = true;
            switch (name) {
                case "exec" -> handler.get("command").must();
                case "httpGet" -> http(handler);
                case "sleep" -> {
                    long seconds = handler.get("seconds").number();
                    if (seconds < 0 || seconds > grace) {
                        handler.invalidAs(String.valueOf(seconds), "must be non-negative and less than terminationGracePeriodSeconds (" + grace + ")");
                    }
                }
                default -> handler.get("port").port();
            }
        }
        if (!some) {
            place.required("must specify a handler type");
        }
    }

    private static void http(Place handler) {
        handler.get("path").must();
        handler.get("port").port();
        if (!handler.get("scheme").in("HTTP", "HTTPS")) {
            handler.get("scheme").notSupported("HTTP", "HTTPS");
        }
        for (Place header : handler.get("httpHeaders").items()) {
            String name = header.get("name").text();
            Forms.header(name).forEach(f -> handler.get("httpHeaders").invalidAs(Names.quote(name), f));
        }
    }
}

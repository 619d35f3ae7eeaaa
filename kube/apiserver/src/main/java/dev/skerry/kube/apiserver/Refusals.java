package dev.skerry.kube.apiserver;

import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;

/** Requests that the web server refuses before they come to our door: its answers as Kubernetes' clients know them. */
final class Refusals {

    private Refusals() {}

    static DirectHandlers handlers() {
        return DirectHandlers.builder().addHandler(EventType.BAD_REQUEST, (request, event, status, headers, message) -> {
            var told = String.valueOf(message).contains("Header size exceeded") ? Status.create(431, "Request Header Fields Too Large") : status;
            return DirectHandler.TransportResponse.builder().status(told).headers(headers).header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                    .keepAlive(false).entity(told.code() + " " + told.reasonPhrase()).build();
        }).build();
    }
}

package dev.skerry.kube.controllers;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/** One thing that a status says of an object: whether it holds, why, and in words. */
record Condition(String type, String status, String reason, String message) {

    /** As the API writes it. @param timeField lastTransitionTime, for most kinds */
    Map<String, String> fields(String timeField, Instant since) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("type", type);
        fields.put("status", status);
        fields.put("reason", reason);
        fields.put("message", message);
        fields.put(timeField, seconds(since));
        return fields;
    }

    /** A time as the API writes it. */
    static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}

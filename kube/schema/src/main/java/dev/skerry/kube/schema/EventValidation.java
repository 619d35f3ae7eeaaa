package dev.skerry.kube.schema;

import java.util.List;
import java.util.Map;

/** Rules of events, which are laxer in the core group than in their own. */
final class EventValidation {
    private static final int LENGTH = 128;
    private static final int NOTE_LENGTH = 1_024;
    private static final List<String> FIXED = List.of("involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "type", "eventTime",
            "action", "related", "reportingController", "reportingInstance");
    private static final Map<String, String> OWN_NAMES = Map.of("involvedObject", "regarding", "message", "note", "source", "deprecatedSource",
            "firstTimestamp", "deprecatedFirstTimestamp", "lastTimestamp", "deprecatedLastTimestamp", "count", "deprecatedCount");

    private EventValidation() {}

    /** A member of an event by its name in the core group; faults always go by those. */
    private static Place member(Place event, String name, boolean own) {
        return own ? event.get(OWN_NAMES.getOrDefault(name, name)).named(name) : event.get(name.equals("reportingController") ? "reportingComponent" : name).named(name);
    }

    static void event(Place event, boolean own, boolean created) {
        String namespace = event.get("metadata", "namespace").text();
        Place about = member(event, "involvedObject", own).get("namespace");
        boolean timed = event.has("eventTime");
        if (!timed) {
            boolean wrong = about.blank() ? !namespace.isEmpty() && !namespace.equals("default") : !about.is(namespace);
            if (wrong) {
                about.invalidText("does not match event.namespace");
            }
        } else {
            if (about.blank() && !namespace.equals("default") && !namespace.equals("kube-system")) {
                about.invalidText("does not match event.namespace");
            }
            Place controller = member(event, "reportingController", own);
            controller.must();
            controller.qualified();
            for (String name : List.of("reportingInstance", "action", "reason")) {
                Place text = event.get(name);
                text.must();
                if (text.text().length() > LENGTH) {
                    text.invalidAs("\"\"", "can have at most " + LENGTH + " characters");
                }
            }
            if (member(event, "message", own).text().length() > NOTE_LENGTH) {
                member(event, "message", own).invalidAs("\"\"", "can have at most " + NOTE_LENGTH + " characters");
            }
        }
        if (own && created) {
            strict(event);
        }
    }

    private static void strict(Place event) {
        series(event);
        if (!event.has("eventTime")) {
            event.get("eventTime").required();
        }
        if (!event.get("type").in("Normal", "Warning")) {
            event.get("type").invalidAs("\"\"", "has invalid value: " + event.get("type").text());
        }
        for (String name : List.of("firstTimestamp", "lastTimestamp", "count", "source")) {
            Place unwanted = member(event, name, true);
            if (!unwanted.blank() && !(name.equals("count") && unwanted.number() == 0)) {
                unwanted.invalidAs("\"\"", "needs to be unset");
            }
        }
    }

    private static void series(Place event) {
        Place series = event.get("series");
        if (!series.given()) {
            return;
        }
        if (series.get("count").number() < 2) {
            series.get("count").invalidAs("\"\"", "should be at least 2");
        }
        series.get("lastObservedTime").must();
    }

    static void update(Place event, Place old) {
        if (!event.get("series").same(old.get("series"))) {
            series(event);
        }
        FIXED.forEach(name -> member(event, name, true).fixed(member(old, name, true)));
    }
}

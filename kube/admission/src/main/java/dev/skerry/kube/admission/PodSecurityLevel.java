package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.skerry.kube.schema.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A Pod Security level at a version of its rules.
 *
 * @param minor of 1.x; {@link #LATEST} for the newest
 */
record PodSecurityLevel(Level level, int minor) {

    static final int LATEST = Integer.MAX_VALUE;

    private static final String PREFIX = "pod-security.kubernetes.io/";
    private static final Pattern VERSION = Pattern.compile("v1\\.(0|[1-9][0-9]{0,5})");

    /** From nothing forbidden to most. */
    enum Level {
        PRIVILEGED,
        BASELINE,
        RESTRICTED
    }

    /** What the labels of a namespace ask for, and what is wrong with them. */
    record Policy(PodSecurityLevel enforce, PodSecurityLevel audit, PodSecurityLevel warn, List<Cause> faults) {

        static Policy of(JsonNode labels) {
            var faults = new ArrayList<Cause>();
            var enforceLevel = level(labels, "enforce", Level.RESTRICTED, faults);
            var enforce = new PodSecurityLevel(enforceLevel.orElse(Level.PRIVILEGED), version(labels, "enforce", faults));
            var valid = enforceLevel.isPresent() && faults.stream().noneMatch(f -> f.field().equals("metadata.labels[" + PREFIX + "enforce]"));
            var audit = other(labels, "audit", enforce, valid, faults);
            var warn = other(labels, "warn", enforce, valid, faults);
            return new Policy(enforce, audit, warn, faults);
        }

        private static PodSecurityLevel other(JsonNode labels, String mode, PodSecurityLevel enforce, boolean follow, List<Cause> faults) {
            var level = level(labels, mode, Level.PRIVILEGED, faults);
            var version = version(labels, mode, faults);
            if (level.isEmpty() && follow) {
                return new PodSecurityLevel(enforce.level, labels.has(PREFIX + mode + "-version") ? version : enforce.minor);
            }
            return new PodSecurityLevel(level.orElse(Level.PRIVILEGED), version);
        }

        private static Optional<Level> level(JsonNode labels, String mode, Level ifWrong, List<Cause> faults) {
            var label = labels.path(PREFIX + mode);
            if (label.isMissingNode()) {
                return Optional.empty();
            }
            for (var level : Level.values()) {
                if (level.name().toLowerCase(Locale.ROOT).equals(label.asText())) {
                    return Optional.of(level);
                }
            }
            faults.add(fault(PREFIX + mode, label.asText(), "must be one of privileged, baseline, restricted"));
            return Optional.of(ifWrong);
        }

        private static int version(JsonNode labels, String mode, List<Cause> faults) {
            var label = labels.path(PREFIX + mode + "-version").asText("latest");
            var matcher = VERSION.matcher(label);
            if (matcher.matches()) {
                return Integer.parseInt(matcher.group(1));
            }
            if (!label.equals("latest")) {
                faults.add(fault(PREFIX + mode + "-version", label, "must be \"latest\" or \"v1.x\""));
            }
            return LATEST;
        }

        private static Cause fault(String label, String value, String expected) {
            return new Cause("FieldValueInvalid", "Invalid value: " + new TextNode(value) + ": " + expected, "metadata.labels[" + label + "]");
        }
    }

    boolean privileged() {
        return level == Level.PRIVILEGED;
    }

    /** As messages tell it: {@code baseline:v1.30}. */
    String text() {
        return level.name().toLowerCase(Locale.ROOT) + ":" + (minor == LATEST ? "latest" : "v1." + minor);
    }
}

package dev.skerry.kube.cel;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A semantic version; builds do not count in comparisons (semver.org, 2.0.0). */
record Semver(long major, long minor, long patch, List<String> pre) implements Comparable<Semver> {
    private static final Pattern FORM = Pattern.compile(
            "(0|[1-9][0-9]{0,17})\\.(0|[1-9][0-9]{0,17})\\.(0|[1-9][0-9]{0,17})(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?");

    static Optional<Semver> parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        List<String> pre = m.group(4) == null ? List.of() : List.of(m.group(4).split("\\."));
        return pre.stream().anyMatch(p -> p.matches("0[0-9]+")) ? Optional.empty()
                : Optional.of(new Semver(Long.parseLong(m.group(1)), Long.parseLong(m.group(2)), Long.parseLong(m.group(3)), pre));
    }

    static Semver of(String text) {
        return parse(text).orElseThrow(() -> new CelFault(text.split("\\.", 3).length < 3 ? "No Major.Minor.Patch elements found" : "Invalid character(s) found in \"" + text + "\""));
    }

    /** Drops a leading v and leading zeros, adds missing numbers. */
    static String complete(String text) {
        String[] parts = (text.startsWith("v") ? text.substring(1) : text).split("\\.", 3);
        for (int i = 0; i < parts.length; i++) {
            String kept = parts[i].length() > 1 ? parts[i].replaceFirst("^0+", "") : parts[i];
            parts[i] = kept.isEmpty() || !Character.isDigit(kept.charAt(0)) ? "0" + kept : kept;
        }
        String whole = String.join(".", parts);
        return parts.length == 3 || whole.contains("-") || whole.contains("+") ? whole : whole + ".0".repeat(3 - parts.length);
    }

    @Override
    public int compareTo(Semver other) {
        int order = Long.compare(major, other.major);
        order = order != 0 ? order : Long.compare(minor, other.minor);
        order = order != 0 ? order : Long.compare(patch, other.patch);
        if (order != 0 || pre.isEmpty() || other.pre.isEmpty()) {
            return order != 0 ? order : Boolean.compare(pre.isEmpty(), other.pre.isEmpty());
        }
        for (int i = 0; i < Math.min(pre.size(), other.pre.size()) && order == 0; i++) {
            order = identifier(pre.get(i), other.pre.get(i));
        }
        return order != 0 ? order : Integer.compare(pre.size(), other.pre.size());
    }

    private static int identifier(String a, String b) {
        boolean x = a.matches("[0-9]+");
        boolean y = b.matches("[0-9]+");
        return x && y ? new java.math.BigInteger(a).compareTo(new java.math.BigInteger(b)) : x ? -1 : y ? 1 : a.compareTo(b);
    }
}

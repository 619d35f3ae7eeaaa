package dev.skerry.kube.apiserver;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of versions as Kubernetes orders them: the most stable and newest first, names of other forms last. */
final class VersionOrder implements Comparator<String> {
    static final VersionOrder NEWEST_FIRST = new VersionOrder();
    private static final Pattern FORM = Pattern.compile("v([1-9][0-9]{0,8})(?:(alpha|beta)([1-9][0-9]{0,8}))?");

    private VersionOrder() {}

    @Override
    public int compare(String a, String b) {
        var x = FORM.matcher(a);
        var y = FORM.matcher(b);
        if (!x.matches() || !y.matches()) {
            return x.matches() ? -1 : y.matches() ? 1 : a.compareTo(b);
        }
        var order = Integer.compare(stability(y), stability(x));
        order = order != 0 ? order : Integer.compare(number(y, 1), number(x, 1));
        return order != 0 ? order : Integer.compare(number(y, 3), number(x, 3));
    }

    private static int stability(Matcher version) {
        return version.group(2) == null ? 2 : version.group(2).equals("beta") ? 1 : 0;
    }

    private static int number(Matcher version, int group) {
        return version.group(group) == null ? 0 : Integer.parseInt(version.group(group));
    }
}

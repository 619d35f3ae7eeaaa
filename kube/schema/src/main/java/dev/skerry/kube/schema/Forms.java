package dev.skerry.kube.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Forms of texts beside names and labels: ports, environment variables, percentages, paths. */
final class Forms {
    private static final Pattern PORT = Pattern.compile("[-a-z0-9]+");
    private static final Pattern ENV = Pattern.compile("[-._a-zA-Z][-._a-zA-Z0-9]*");
    private static final Pattern KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final Pattern HEADER = Pattern.compile("[-A-Za-z0-9]+");
    private static final Pattern C_IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern DNS1035 = Pattern.compile("[a-z]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern WILDCARD = Pattern.compile("\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final int PORT_LENGTH = 15;
    private static final int NAME_LENGTH = 253;
    private static final int LABEL_LENGTH = 63;
    private static final int MODE = 0777;

    private Forms() {}

    static List<String> portName(String name) {
        List<String> faults = new ArrayList<>();
        if (name.length() > PORT_LENGTH) {
            faults.add("must be no more than 15 characters");
        }
        if (!PORT.matcher(name).matches()) {
            faults.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }
        if (name.chars().noneMatch(c -> c >= 'a' && c <= 'z')) {
            faults.add("must contain at least one letter (a-z)");
        }
        if (name.contains("--")) {
            faults.add("must not contain consecutive hyphens");
        }
        if (name.startsWith("-") || name.endsWith("-")) {
            faults.add("must not begin or end with a hyphen");
        }
        return faults;
    }

    /** Names of variables: printable, and without an equals sign. */
    static List<String> variable(String name) {
        if (name.isEmpty()) {
            return List.of("environment variable name must be non-empty");
        }
        boolean printable = name.chars().allMatch(c -> c >= ' ' && c <= '~') && !name.contains("=");
        return printable ? List.of() : List.of("a valid environment variable name must consist only of printable ASCII characters other than '='");
    }

    static boolean strictVariable(String name) {
        return ENV.matcher(name).matches();
    }

    static List<String> dataKey(String key) {
        List<String> faults = new ArrayList<>();
        if (key.length() > NAME_LENGTH) {
            faults.add("must be no more than 253 characters");
        }
        if (!KEY.matcher(key).matches()) {
            faults.add("a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', "
                    + "regex used for validation is '[-._a-zA-Z0-9]+')");
        }
        if (key.equals(".") || key.equals("..")) {
            faults.add("must not be '" + key + "'");
        } else if (key.startsWith("..")) {
            faults.add("must not start with '..'");
        }
        return faults;
    }

    static List<String> header(String name) {
        return HEADER.matcher(name).matches() ? List.of()
                : List.of("a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')");
    }

    static List<String> identifier(String name) {
        return C_IDENTIFIER.matcher(name).matches() ? List.of()
                : List.of("a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' "
                        + "(e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')");
    }

    static List<String> dns1035(String name) {
        List<String> faults = new ArrayList<>();
        if (name.length() > LABEL_LENGTH) {
            faults.add("must be no more than 63 characters");
        }
        if (!DNS1035.matcher(name).matches()) {
            faults.add("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an "
                    + "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");
        }
        return faults;
    }

    static List<String> wildcard(String name) {
        List<String> faults = new ArrayList<>();
        if (name.length() > NAME_LENGTH) {
            faults.add("must be no more than 253 characters");
        }
        if (!WILDCARD.matcher(name).matches()) {
            faults.add("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric "
                    + "characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '"
                    + WILDCARD.pattern() + "')");
        }
        return faults;
    }

    /** A name such as {@code example.com/thing}. */
    static void domainPath(Place place) {
        String text = place.text();
        int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1) {
            if (text.isEmpty()) {
                place.required();
            } else {
                place.invalidText("must be a domain-prefixed path (such as \"acme.io/foo\")");
            }
            return;
        }
        for (String fault : Names.subdomain(text.substring(0, slash))) {
            place.invalidAs(Names.quote(text.substring(0, slash)), fault);
        }
        String path = text.substring(slash + 1);
        if (!path.matches("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+")) {
            place.invalidAs(Names.quote(path), "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
        }
    }

    static void fileMode(Place mode) {
        if (mode.given() && (mode.number() < 0 || mode.number() > MODE)) {
            mode.invalid("must be a number between 0 and 0777 (octal), both inclusive");
        }
    }

    /** A relative path that does not climb. */
    static void descendingPath(Place place) {
        if (place.text().startsWith("/")) {
            place.invalidText("must be a relative path");
        }
        noBacksteps(place);
    }

    static void noBacksteps(Place place) {
        if (climbs(place.text())) {
            place.invalidText("must not contain '..'");
        }
    }

    static boolean climbs(String path) {
        return List.of(path.split("/", -1)).contains("..");
    }

    /** A relative path that neither climbs nor begins with two dots. */
    static void localPath(Place place) {
        descendingPath(place);
        if (place.text().startsWith("..") && !place.text().startsWith("../") && !place.text().equals("..")) {
            place.invalidText("must not start with '..'");
        }
    }

    /** A count that is not negative, or a percentage. */
    static void share(Place place) {
        if (place.value().isTextual()) {
            if (!place.text().matches("[0-9]+%")) {
                place.invalid("a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
            }
        } else {
            place.notNegative();
        }
    }

    static void atMostWhole(Place place) {
        if (place.value().isTextual() && place.text().matches("[0-9]+%") && percent(place) > 100) {
            place.invalid("must not be greater than 100%");
        }
    }

    /** What a share comes to, with percentages as they stand. */
    static long percent(Place place) {
        String digits = place.text().replace("%", "");
        return !digits.matches("-?[0-9]+") ? 0 : digits.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(digits);
    }
}

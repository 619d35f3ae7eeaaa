package dev.skerry.kube.cel;

import static dev.skerry.kube.cel.Library.classes;
import static dev.skerry.kube.cel.Library.types;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** {@code format.named("dns1123Label").value().validate(text)} and {@code format.dns1123Label()}. */
final class FormatFunctions {
    private static final CelType FORMAT = OpaqueType.create("kubernetes.NamedFormat");
    private static final List<String> NAMES = List.of("dns1123Label", "dns1123Subdomain", "dns1035Label", "qualifiedName", "dns1123LabelPrefix", "dns1123SubdomainPrefix",
            "dns1035LabelPrefix", "labelValue", "uri", "uuid", "byte", "date", "datetime");
    private static final Pattern UUID = Pattern.compile("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
    private static final Pattern NAME = Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");

    record Format(String name) {}

    private FormatFunctions() {}

    static void addTo(Library library) {
        library.global("format.named", "format-named", OptionalType.create(FORMAT), types(SimpleType.STRING), classes(String.class),
                args -> Optional.of((String) args[0]).filter(NAMES::contains).map(Format::new));
        for (String name : NAMES) {
            library.global("format." + name, "format-" + name, FORMAT, types(), classes(), args -> new Format(name));
        }
        library.member("validate", "format-validate", OptionalType.create(ListType.create(SimpleType.STRING)), types(FORMAT, SimpleType.STRING),
                classes(Format.class, String.class), args -> {
                    List<String> faults = faults(((Format) args[0]).name, (String) args[1]);
                    return faults.isEmpty() ? Optional.empty() : Optional.of(faults);
                });
    }

    private static List<String> faults(String format, String text) {
        boolean prefix = format.endsWith("Prefix");
        String value = prefix && text.endsWith("-") ? text.substring(0, text.length() - 1) + "a" : text;
        return switch (prefix ? format.substring(0, format.length() - 6) : format) {
            case "dns1123Label" -> named(value, 63, "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
                    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
                            + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
            case "dns1123Subdomain" -> named(value, 253, "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
                            + "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
            case "dns1035Label" -> named(value, 63, "[a-z]([-a-z0-9]*[a-z0-9])?",
                    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character "
                            + "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')");
            case "labelValue" -> text.isEmpty() ? List.of() : named(text, 63, NAME.pattern(),
                    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                            + "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')");
            case "qualifiedName" -> qualified(text);
            case "uri" -> java.util.regex.Pattern.matches("(/|[a-zA-Z][a-zA-Z0-9+.-]*:).*", text) ? List.of() : List.of("parse \"" + text + "\": invalid URI for request");
            case "uuid" -> UUID.matcher(text).matches() ? List.of() : List.of("does not match the UUID format");
            case "byte" -> tested(() -> Base64.getDecoder().decode(text), "invalid base64");
            case "date" -> tested(() -> LocalDate.parse(text), "invalid date");
            default -> tested(() -> OffsetDateTime.parse(text), "invalid datetime");
        };
    }

    private static List<String> named(String text, int longest, String pattern, String fault) {
        List<String> faults = new ArrayList<>();
        if (text.length() > longest) {
            faults.add("must be no more than " + longest + " characters");
        }
        if (!Pattern.matches(pattern, text)) {
            faults.add(fault);
        }
        return faults;
    }

    private static List<String> qualified(String text) {
        String[] parts = text.split("/", -1);
        String form = "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
        if (parts.length > 2) {
            return List.of("a qualified name must " + form + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        }
        List<String> faults = new ArrayList<>();
        if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                faults.add("prefix part must be non-empty");
            } else {
                faults("dns1123Subdomain", parts[0]).forEach(f -> faults.add("prefix part " + f));
            }
        }
        String name = parts[parts.length - 1];
        if (name.isEmpty()) {
            faults.add("name part must be non-empty");
        } else if (name.length() > 63) {
            faults.add("name part must be no more than 63 characters");
        }
        if (!NAME.matcher(name).matches()) {
            faults.add("name part must " + form);
        }
        return faults;
    }

    private static List<String> tested(Runnable parse, String fault) {
        try {
            parse.run();
            return List.of();
        } catch (DateTimeParseException | IllegalArgumentException e) {
            return List.of(fault);
        }
    }
}

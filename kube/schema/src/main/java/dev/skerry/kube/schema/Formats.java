package dev.skerry.kube.schema;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.format.DateTimeFormatter;
import java.util.Base64;

/** Formats of texts that are checked; all others are taken as they are. */
final class Formats {
    private static final String UUID_FORM = "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}";
    private static final String IPV4 = "((25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\\.|$)){4}";

    private Formats() {}

    static boolean fits(String format, String text) {
        return switch (format) {
            case "date-time", "datetime" -> parses(DateTimeFormatter.ISO_OFFSET_DATE_TIME, text);
            case "date" -> parses(DateTimeFormatter.ISO_LOCAL_DATE, text);
            case "byte" -> base64(text);
            case "uuid" -> text.matches(UUID_FORM);
            case "ipv4" -> text.matches(IPV4);
            case "email" -> text.matches("[^@\\s]+@[^@\\s]+");
            case "uri" -> uri(text);
            case "hostname" -> Names.subdomain(text.toLowerCase(java.util.Locale.ROOT)).isEmpty();
            default -> true;
        };
    }

    private static boolean parses(DateTimeFormatter form, String text) {
        try {
            form.parse(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static boolean base64(String text) {
        try {
            Base64.getDecoder().decode(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean uri(String text) {
        try {
            return new URI(text).getScheme() != null || text.startsWith("/");
        } catch (URISyntaxException e) {
            return false;
        }
    }
}

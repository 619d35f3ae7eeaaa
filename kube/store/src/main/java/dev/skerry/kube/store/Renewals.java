package dev.skerry.kube.store;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Which updates need not reach the disk each time: those of a Lease in which only the time of its renewal moves. Who holds
 * it is durable at once, as everything else.
 */
final class Renewals {

    static final String PREFIX = "/coordination.k8s.io/leases/";

    private static final Pattern MOVING = Pattern.compile("\"(renewTime|resourceVersion|time)\":\"(?:[0-9]{4}-[-0-9:.TZ]+|[0-9]+)\"");

    private Renewals() {}

    static boolean covers(String key) {
        return key.startsWith(PREFIX);
    }

    /** Whether one state differs from the other in nothing but the moments of a renewal. */
    static boolean only(byte[] before, byte[] after) {
        return still(before).equals(still(after));
    }

    private static String still(byte[] value) {
        return MOVING.matcher(new String(value, StandardCharsets.ISO_8859_1)).replaceAll("\"$1\"");
    }

    /** The same state under another revision. */
    static byte[] stamped(byte[] value, long old, long revision) {
        var text = new String(value, StandardCharsets.ISO_8859_1);
        return text.replace("\"resourceVersion\":\"" + old + "\"", "\"resourceVersion\":\"" + revision + "\"").getBytes(StandardCharsets.ISO_8859_1);
    }
}

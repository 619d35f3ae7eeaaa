package dev.skerry.fabric.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * What a site says of itself, as the entry {@link #KEY} of its status log.
 *
 * @param childrenConnected of the sites below it
 * @param childrenTotal sites below it
 * @param keptBack Works that its parent no longer has since it was restored, and that the site keeps until that is accepted
 */
public record SiteSummary(String version, int childrenConnected, int childrenTotal, int keptBack) {

    /** Where it lies in the status log. */
    public static final String KEY = "site";

    /** The status of a Work lies at this and the Work's name. */
    public static final String WORK_KEY = "work/";

    private static final ObjectMapper JSON = new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    public byte[] toBytes() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record of numbers cannot be written", e);
        }
    }

    public static SiteSummary parse(byte[] payload) throws IOException {
        return JSON.readValue(payload, SiteSummary.class);
    }
}

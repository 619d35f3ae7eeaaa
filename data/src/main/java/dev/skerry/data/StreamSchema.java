package dev.skerry.data;

import java.util.List;

/** The shape of a stream's rows. The stream is named after its device model, as rules write it in FROM. */
public record StreamSchema(String namespace, String stream, List<Field> fields) {

    public StreamSchema {
        fields = List.copyOf(fields);
    }

    /** Where the field stands, or -1. */
    public int indexOf(String field) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equals(field)) {
                return i;
            }
        }
        return -1;
    }
}

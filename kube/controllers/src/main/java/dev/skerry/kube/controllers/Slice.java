package dev.skerry.kube.controllers;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * An object where it stands in a longer text, of which nothing has been read but its revision. Its managed fields are emptied: they are half of its bytes,
 * and nobody here wants them.
 */
@SuppressWarnings("ArrayRecordComponent")
record Slice(byte[] text, int from, int length, String revision) {

    /** One line of a watch. @param type such as {@code ADDED} */
    record Event(String type, Slice object) {}

    /** A part of a list. @param next where to go on, or empty */
    record Page(List<Slice> items, String revision, String next) {}

    static Event event(byte[] line) throws IOException {
        var type = "";
        var object = new Slice(line, 0, 0, "");
        try (var json = RawApi.JSON.createParser(line)) {
            open(json);
            for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                switch (name) {
                    case "type" -> type = json.getText();
                    case "object" -> object = of(json, line);
                    default -> json.skipChildren();
                }
            }
        }
        return new Event(type, object);
    }

    static Page page(byte[] body) throws IOException {
        var items = new ArrayList<Slice>();
        var revision = "";
        var next = "";
        try (var json = RawApi.JSON.createParser(body)) {
            open(json);
            for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                var token = json.nextToken();
                if (name.equals("items") && token == JsonToken.START_ARRAY) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        items.add(of(json, body));
                    }
                } else if (name.equals("metadata") && token == JsonToken.START_OBJECT) {
                    for (var member = json.nextFieldName(); member != null; member = json.nextFieldName()) {
                        json.nextToken();
                        switch (member) {
                            case "resourceVersion" -> revision = json.getText();
                            case "continue" -> next = json.getText();
                            default -> json.skipChildren();
                        }
                    }
                } else {
                    json.skipChildren();
                }
            }
        }
        return new Page(items, revision, next);
    }

    private static void open(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("not a JSON object");
        }
    }

    /** The object that the parser has just begun; leaves it at the object's end. */
    private static Slice of(JsonParser json, byte[] text) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IOException("not a JSON object");
        }
        var from = (int) json.currentTokenLocation().getByteOffset();
        var revision = "";
        for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            if (json.nextToken() == JsonToken.START_OBJECT && name.equals("metadata")) {
                revision = metadata(json, text);
            } else {
                json.skipChildren();
            }
        }
        return new Slice(text, from, (int) json.currentLocation().getByteOffset() - from, revision);
    }

    private static String metadata(JsonParser json, byte[] text) throws IOException {
        var revision = "";
        for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            var token = json.nextToken();
            if (name.equals("resourceVersion")) {
                revision = json.getText();
            } else if (name.equals("managedFields") && token == JsonToken.START_ARRAY) {
                var from = (int) json.currentTokenLocation().getByteOffset();
                json.skipChildren();
                // [] and blanks, which are quickly passed over.
                Arrays.fill(text, from + 1, (int) json.currentLocation().getByteOffset(), (byte) ' ');
                text[from + 1] = ']';
            } else {
                json.skipChildren();
            }
        }
        return revision;
    }

    InputStream stream() {
        return new ByteArrayInputStream(text, from, length);
    }

    /** Some members of its metadata; what is missing is not there. */
    ObjectNode metadata(Set<String> wanted) throws IOException {
        var found = RawApi.JSON.createObjectNode();
        try (var json = RawApi.JSON.createParser(text, from, length)) {
            open(json);
            for (var name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                if (json.nextToken() != JsonToken.START_OBJECT || !name.equals("metadata")) {
                    json.skipChildren();
                    continue;
                }
                for (var member = json.nextFieldName(); member != null; member = json.nextFieldName()) {
                    json.nextToken();
                    if (wanted.contains(member)) {
                        found.set(member, json.readValueAsTree());
                    } else {
                        json.skipChildren();
                    }
                }
            }
        }
        return found;
    }
}

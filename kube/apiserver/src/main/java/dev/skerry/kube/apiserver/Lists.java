package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Cause;
import dev.skerry.kube.store.ObjectStore;
import dev.skerry.kube.store.ObjectStore.CompactedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Lists objects: by selector, in pages that show one revision. */
final class Lists {

    private static final int BATCH = 500;

    private final ObjectStore store;

    Lists(ObjectStore store) {
        this.store = store;
    }

    /** @param next where the next page begins, or empty @param remaining how many objects follow, or -1 where that is not known */
    record Page(List<ObjectNode> items, long revision, String next, long remaining, boolean custom) {}

    /** What a client wants of a list, beside a selection. @param after the key behind which it begins @param revision 0 for the newest */
    record Asked(String prefix, long limit, String after, long revision, boolean goesOn) {

        Failure expired() {
            return Failure.expired(goesOn
                    ? "The provided continue parameter is too old to display a consistent list result."
                    : "The resourceVersion for the provided list is too old.");
        }
    }

    Asked asked(Call call) throws Failure {
        var prefix = prefix(call.target());
        var limit = number(call.query("limit"), "limit");
        number(call.query("timeoutSeconds"), "timeoutSeconds");
        var position = Position.of(call.query("continue"), prefix);
        var at = position.revision();
        var version = call.query("resourceVersion");
        if (!version.isEmpty() && number(version, "resourceVersion") > store.revision()) {
            throw Failure.tooNew(number(version, "resourceVersion"), store.revision());
        }
        checkMatch(call);
        if (at == 0 && call.query("resourceVersionMatch").equals("Exact")) {
            at = number(version, "resourceVersion");
        }
        return new Asked(prefix, limit, position.after(), at, position.revision() > 0);
    }

    Page list(Call call) throws Failure {
        var target = call.target();
        var selector = Selector.parse(call.query("labelSelector"), call.query("fieldSelector"), target.type());
        var asked = asked(call);
        var limit = asked.limit();
        var at = asked.revision();
        if (!selector.exactName().isEmpty() && at == 0 && (!target.type().namespaced() || !target.namespace().isEmpty())) {
            return one(target, selector);
        }
        var items = new ArrayList<ObjectNode>();
        var after = asked.after();
        try {
            while (true) {
                var page = store.list(asked.prefix(), after, limit > 0 ? BATCH : 0, at);
                at = page.revision();
                for (int i = 0; i < page.entries().size(); i++) {
                    var entry = page.entries().get(i);
                    after = entry.key();
                    var object = target.type().read(entry.value());
                    if (selector.test(object)) {
                        items.add(object);
                    }
                    var left = page.entries().size() - i - 1 + page.remaining();
                    if (limit > 0 && items.size() == limit && left > 0) {
                        return new Page(items, at, new Position(at, after).encode(), selector.everything() ? left : -1, target.type().custom());
                    }
                }
                if (!page.more()) {
                    return new Page(items, at, "", 0, target.type().custom());
                }
            }
        } catch (CompactedException e) {
            throw asked.expired();
        }
    }

    /** The only object that can match: read by its key, without pages. */
    private Page one(Target target, Selector selector) {
        var revision = store.revision();
        var found = store.get(target.type().key(target.namespace(), selector.exactName())).map(e -> target.type().read(e.value())).filter(selector);
        return new Page(found.map(List::of).orElse(List.of()), revision, "", 0, target.type().custom());
    }

    /** Which versions a list may be asked for. */
    private static void checkMatch(Call call) throws Failure {
        var match = call.query("resourceVersionMatch");
        var version = call.query("resourceVersion");
        var causes = new ArrayList<Cause>();
        if (!match.isEmpty()) {
            if (version.isEmpty()) {
                causes.add(new Cause("FieldValueForbidden", "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided", "resourceVersionMatch"));
            }
            if (!call.query("continue").isEmpty()) {
                causes.add(new Cause("FieldValueForbidden", "Forbidden: resourceVersionMatch is forbidden when continue is provided", "resourceVersionMatch"));
            }
            if (!match.equals("Exact") && !match.equals("NotOlderThan")) {
                causes.add(new Cause("FieldValueNotSupported", "Unsupported value: \"" + match + "\": supported values: \"Exact\", \"NotOlderThan\"", "resourceVersionMatch"));
            }
            if (match.equals("Exact") && version.equals("0")) {
                causes.add(new Cause("FieldValueForbidden", "Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"", "resourceVersionMatch"));
            }
        }
        Options.refuse("ListOptions", causes);
    }

    /** A single object is read at its newest; a version that is still to come cannot be waited for. */
    void checkVersion(Call call) throws Failure {
        var version = call.query("resourceVersion");
        if (!digits(version)) {
            throw Failure.internalPlain("resourceVersion: Invalid value: \"" + version + "\": strconv.ParseUint: parsing \"" + version + "\": invalid syntax");
        }
        if (!version.isEmpty() && Long.parseLong(version) > store.revision()) {
            throw Failure.tooNew(Long.parseLong(version), store.revision());
        }
    }

    static String prefix(Target target) {
        return target.type().namespaced() && !target.namespace().isEmpty() ? target.type().prefix() + target.namespace() + "/" : target.type().prefix();
    }

    static ObjectNode body(ResourceType type, Page page) {
        var list = JsonNodeFactory.instance.objectNode();
        list.put("kind", type.listKind()).put("apiVersion", type.gvk().apiVersion());
        meta(list, page);
        if (page.custom() && page.next().isEmpty()) {
            ((ObjectNode) list.path("metadata")).put("continue", "");
        }
        var items = list.putArray("items");
        for (var item : page.items()) {
            // As upstream: the built-in kinds' items of a list do not repeat what they are.
            if (!type.custom()) {
                item.remove(List.of("apiVersion", "kind"));
            }
            items.add(item);
        }
        return list;
    }

    static void meta(ObjectNode list, Page page) {
        var meta = list.putObject("metadata").put("resourceVersion", Long.toString(page.revision()));
        if (!page.next().isEmpty()) {
            meta.put("continue", page.next());
            if (page.remaining() > 0) {
                meta.put("remainingItemCount", page.remaining());
            }
        }
    }

    /** Whether the text is a number of at most 18 digits, or empty. */
    static boolean digits(String text) {
        return text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    static long number(String text, String parameter) throws Failure {
        if (text.isEmpty()) {
            return 0;
        }
        if (!digits(text)) {
            throw Failure.badRequest(parameter.equals("resourceVersion")
                    ? "invalid resource version: resourceVersion: Invalid value: \"" + text + "\": strconv.ParseUint: parsing \"" + text + "\": invalid syntax"
                    : "strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
        return Long.parseLong(text);
    }

    /** What a {@code continue} text holds. */
    record Position(long revision, String after) {

        static Position of(String text, String prefix) throws Failure {
            if (text.isEmpty()) {
                return new Position(0, "");
            }
            try {
                var plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
                var space = plain.indexOf(' ');
                var after = plain.substring(space + 1);
                if (space > 0 && after.startsWith(prefix)) {
                    return new Position(Long.parseLong(plain.substring(0, space)), after);
                }
            } catch (IllegalArgumentException e) {
                throw Failure.badRequest("continue key is not valid: " + e.getMessage());
            }
            throw Failure.badRequest("continue key is not valid: it belongs to another list");
        }

        String encode() {
            return Base64.getUrlEncoder().withoutPadding().encodeToString((revision + " " + after).getBytes(StandardCharsets.UTF_8));
        }
    }
}

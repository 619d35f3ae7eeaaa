package dev.skerry.kube.apiserver;

import dev.skerry.kube.store.ObjectStore;
import dev.skerry.kube.store.ObjectStore.CompactedException;
import io.helidon.http.HeaderNames;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Whole lists as JSON, of kinds that are shown as they are stored: the bytes go from the store to the client, some hundred objects at a time, and none of them is parsed.
 * However many there are, a list without a limit takes the memory of some hundred; one with a limit takes that of its page.
 */
final class PlainLists {

    private static final int BATCH = 500;
    private static final int BUFFER = 32 * 1024;

    private final ObjectStore store;
    private final Lists lists;

    PlainLists(ObjectStore store, Lists lists) {
        this.store = store;
        this.lists = lists;
    }

    boolean suits(Call call) {
        var audited = call.request().context().get(AuditRecord.class).filter(AuditRecord::keepsAnswer).isPresent();
        var selects = !call.query("labelSelector").isEmpty() || !call.query("fieldSelector").isEmpty();
        return !audited && !selects && call.type().shownAsStored() && Tables.plain(call);
    }

    void serve(Call call) throws Failure {
        var asked = lists.asked(call);
        var page = page(asked, asked.after(), asked.limit() > 0 ? (int) Math.min(asked.limit(), Integer.MAX_VALUE) : BATCH, asked.revision());
        var more = asked.limit() > 0 && page.more();
        var next = more ? new Lists.Position(page.revision(), page.entries().getLast().key()).encode() : "";
        var head = Bodies.write(Lists.body(call.type(), new Lists.Page(List.of(), page.revision(), next, more ? page.remaining() : 0, false)));
        call.response().header(HeaderNames.CONTENT_TYPE, Form.JSON);
        call.response().header("Cache-Control", "no-cache, private");
        var large = page.more() && asked.limit() == 0 || page.entries().stream().mapToLong(e -> e.value().length).sum() >= Answers.WORTH_COMPRESSING;
        var zips = large && Answers.compresses(call.request());
        if (zips) {
            call.response().header(HeaderNames.CONTENT_ENCODING, "gzip");
            call.response().header(HeaderNames.VARY, "Accept-Encoding");
        }
        try (var sink = new BufferedOutputStream(call.response().outputStream(), BUFFER); var out = zips ? new Answers.Quick(sink) : sink) {
            // The head ends with an empty list of items, where they go.
            out.write(head, 0, head.length - 2);
            var items = new Items(call.type(), out);
            items.write(page.entries());
            while (asked.limit() == 0 && page.more()) {
                page = page(asked, page.entries().getLast().key(), BATCH, page.revision());
                items.write(page.entries());
            }
            out.write(head, head.length - 2, 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectStore.Page page(Lists.Asked asked, String after, int limit, long revision) throws Failure {
        try {
            return store.list(asked.prefix(), after, limit, revision);
        } catch (CompactedException e) {
            throw asked.expired();
        }
    }

    /** Items of a list do not repeat of which kind they are, as upstream. */
    private static final class Items {

        private final ResourceType type;
        private final OutputStream out;
        private final byte[] versionFirst;
        private final byte[] kindFirst;
        private boolean first = true;

        Items(ResourceType type, OutputStream out) {
            this.type = type;
            this.out = out;
            var version = "\"apiVersion\":\"" + type.gvk().apiVersion() + "\",";
            var kind = "\"kind\":\"" + type.kind() + "\",";
            versionFirst = ("{" + version + kind).getBytes(StandardCharsets.US_ASCII);
            kindFirst = ("{" + kind + version).getBytes(StandardCharsets.US_ASCII);
        }

        void write(List<ObjectStore.Entry> entries) throws IOException {
            for (var entry : entries) {
                if (!first) {
                    out.write(',');
                }
                first = false;
                item(entry.value());
            }
        }

        private void item(byte[] object) throws IOException {
            if (begins(object, versionFirst) || begins(object, kindFirst)) {
                out.write('{');
                out.write(object, versionFirst.length, object.length - versionFirst.length);
                return;
            }
            var parsed = type.read(object);
            parsed.remove(List.of("apiVersion", "kind"));
            out.write(Bodies.write(parsed));
        }

        private static boolean begins(byte[] object, byte[] with) {
            return object.length > with.length && Arrays.equals(object, 0, with.length, with, 0, with.length);
        }
    }
}

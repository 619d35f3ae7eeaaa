package dev.skerry.kube.controllers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

/** What the API tells, taken apart before it is read. */
class SliceTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static ObjectNode object(String name, String revision) {
        var object = JSON.createObjectNode().put("kind", "Pod");
        var metadata = object.putObject("metadata").put("name", name).put("resourceVersion", revision);
        metadata.putArray("managedFields").addObject().put("manager", "ä]\\\"}").putObject("fieldsV1").putObject("f:metadata");
        metadata.putObject("labels").put("resourceVersion", "not this");
        object.putObject("spec").putObject("metadata").put("resourceVersion", "nor this");
        return object;
    }

    private static ObjectNode bare(ObjectNode object) {
        ((ObjectNode) object.path("metadata")).putArray("managedFields");
        return object;
    }

    @Property(tries = 50)
    void anEventsObjectIsFoundWhateverStandsAroundIt(@ForAll @StringLength(max = 20) String name, @ForAll boolean typeLast) throws IOException {
        var event = JSON.createObjectNode();
        if (!typeLast) {
            event.put("type", "ADDED");
        }
        event.set("object", object(name, "17"));
        event.putArray("other").add("x");
        if (typeLast) {
            event.put("type", "ADDED");
        }
        var read = Slice.event(event.toString().getBytes(UTF_8));
        assertThat(read.type()).isEqualTo("ADDED");
        assertThat(read.object().revision()).isEqualTo("17");
        assertThat(JSON.readTree(read.object().stream())).isEqualTo(bare(object(name, "17")));
        assertThat(read.object().metadata(Set.of("name", "ownerReferences"))).isEqualTo(JSON.createObjectNode().put("name", name));
    }

    @Property(tries = 50)
    void aPageGivesEachOfItsObjects(@ForAll @Size(max = 5) List<@StringLength(max = 10) String> names) throws IOException {
        var list = JSON.createObjectNode().put("kind", "PodList");
        list.putObject("metadata").put("resourceVersion", "99").put("continue", "more");
        var items = list.putArray("items");
        names.forEach(n -> items.add(object(n, "3")));
        var page = Slice.page(list.toString().getBytes(UTF_8));
        assertThat(page.revision()).isEqualTo("99");
        assertThat(page.next()).isEqualTo("more");
        var found = new ArrayList<Object>();
        for (var item : page.items()) {
            found.add(JSON.readTree(item.stream()));
        }
        assertThat(found).isEqualTo(names.stream().map(n -> bare(object(n, "3"))).toList());
    }

    @Test
    void whatIsNoObjectIsRefused() {
        for (var text : List.of("", "[]", "\"text\"", "{\"object\": [1], \"type\": \"ADDED\"}", "{\"object\": {\"metadata\": {")) {
            assertThatThrownBy(() -> Slice.event(text.getBytes(UTF_8))).as(text).isInstanceOf(IOException.class);
        }
    }

    @Property(tries = 100)
    void linesAreTheSameHoweverTheyArrive(@ForAll @Size(max = 20) List<@IntRange(max = 5_000) Integer> lengths, @ForAll long seed) throws IOException {
        var random = new Random(seed);
        var lines = lengths.stream().map(n -> Character.toString('a' + random.nextInt(26)).repeat(n)).toList();
        var whole = new ByteArrayInputStream((String.join("\n", lines) + "\nunfinished").getBytes(UTF_8));
        var inBits = new InputStream() {
            @Override
            public int read() {
                return whole.read();
            }

            @Override
            public int read(byte[] into, int from, int length) {
                return whole.read(into, from, Math.min(length, 1 + random.nextInt(3_000)));
            }
        };
        var read = new ArrayList<String>();
        var reader = new Lines(inBits);
        for (var line = reader.next(); line != null; line = reader.next()) {
            read.add(new String(line, UTF_8));
        }
        assertThat(read).isEqualTo(lines.isEmpty() ? List.of("") : lines);
    }
}

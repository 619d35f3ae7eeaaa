package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.store.ObjectStore;
import dev.skerry.kube.store.ObjectStore.Change;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last few changes, as watchers of kinds that are shown as they are stored see them: however many watch, each is parsed once and written once. Nobody may change what
 * this gives.
 */
final class SharedEvents {

    private static final int KEPT = 64;
    private static final int LARGEST = 16 * 1024;

    private final AtomicReferenceArray<Event> last = new AtomicReferenceArray<>(KEPT);

    /** The same event for all who ask for the same change at about the same time. */
    Event of(Change change) {
        var slot = (int) (change.entry().revision() % KEPT);
        var there = last.get(slot);
        if (there != null && there.change == change) {
            return there;
        }
        var event = new Event(change);
        if (change.entry().value().length <= LARGEST) {
            last.set(slot, event);
        }
        return event;
    }

    /** One change. */
    static final class Event {

        private final Change change;
        private volatile @Nullable ObjectNode object;
        private volatile @Nullable ObjectNode previous;
        private volatile byte @Nullable [] added;
        private volatile byte @Nullable [] modified;
        private volatile byte @Nullable [] deleted;

        private Event(Change change) {
            this.change = change;
        }

        ObjectNode object() {
            var known = object;
            if (known == null) {
                known = Bodies.stored(change.entry().value());
                object = known;
            }
            return known;
        }

        /** The object before the change; null if there was none. */
        @Nullable ObjectNode previous() {
            var known = previous;
            if (known == null && change.previous().isPresent()) {
                known = Bodies.stored(change.previous().get().value());
                previous = known;
            }
            return known;
        }

        /** The line of a watch's answer. */
        byte[] line(String as) {
            var known = switch (as) {
                case "ADDED" -> added;
                case "MODIFIED" -> modified;
                default -> deleted;
            };
            if (known == null) {
                known = line(as, change.entry());
                switch (as) {
                    case "ADDED" -> added = known;
                    case "MODIFIED" -> modified = known;
                    default -> deleted = known;
                }
            }
            return known;
        }

        static byte[] line(String as, ObjectStore.Entry entry) {
            var head = ("{\"type\":\"" + as + "\",\"object\":").getBytes(StandardCharsets.US_ASCII);
            var object = Bodies.ascii(entry.value());
            var line = new byte[head.length + object.length + 2];
            System.arraycopy(head, 0, line, 0, head.length);
            System.arraycopy(object, 0, line, head.length, object.length);
            line[line.length - 2] = '}';
            line[line.length - 1] = '\n';
            return line;
        }
    }
}

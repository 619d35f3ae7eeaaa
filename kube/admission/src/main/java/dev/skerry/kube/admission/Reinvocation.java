package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Who is asked a second time about one request, since others have changed the object after him. */
final class Reinvocation {

    private final Set<String> invoked = new HashSet<>();
    private final Set<String> again = new HashSet<>();
    private final Map<String, ObjectNode> outputs = new HashMap<>();
    private boolean second;
    private boolean wanted;

    boolean second() {
        return second;
    }

    boolean wanted() {
        return wanted;
    }

    void begin() {
        second = true;
    }

    /** Whether somebody may be asked in this round. */
    boolean calls(String key) {
        return !second || again.contains(key);
    }

    void invoked(String key) {
        invoked.add(key);
    }

    /** The object has been changed: those before would like to see it. */
    void changed() {
        again.addAll(invoked);
        invoked.clear();
        wanted = true;
    }

    /** Before a plugin's second round: whether built-in plugins have changed what it left. */
    void compare(String plugin, ObjectNode object) {
        var left = outputs.get(plugin);
        if (second && left != null && !left.equals(object)) {
            again.addAll(invoked);
            invoked.clear();
        }
    }

    void left(String plugin, ObjectNode object) {
        if (!second) {
            outputs.put(plugin, object.deepCopy());
        }
    }
}

package dev.skerry.streams;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A text with {@code {{.column}}} in it. */
final class Template {

    private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*\\.(\\w+)\\s*}}");
    private final List<String> texts = new ArrayList<>();
    private final List<Integer> columns = new ArrayList<>();

    Template(String where, String text, List<String> names) {
        var m = PLACE.matcher(text);
        int from = 0;
        while (m.find()) {
            int i = names.lastIndexOf(m.group(1));
            if (i < 0) {
                throw new SqlException(where + ": " + m.group() + " (expected: one of " + String.join(", ", names) + ")");
            }
            texts.add(text.substring(from, m.start()));
            columns.add(i);
            from = m.end();
        }
        texts.add(text.substring(from));
    }

    String fill(@Nullable Object[] row) {
        var out = new StringBuilder(texts.getFirst());
        for (int i = 0; i < columns.size(); i++) {
            var value = row[columns.get(i)];
            out.append(value == null ? "" : show(value)).append(texts.get(i + 1));
        }
        return out.toString();
    }

    /** A whole number shows no fraction. */
    static String show(Object value) {
        return value instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1e15
                ? Long.toString(d.longValue()) : String.valueOf(value);
    }
}

package dev.skerry.kube.schema;

/** Lists of indexes such as {@code 0,3-5}. */
final class Indexes {
    private Indexes() {}

    static final class MalformedIndexesException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedIndexesException(String message) {
            super(message);
        }
    }

    /** How many indexes the text names; they grow, and all are below the limit. */
    static long count(String text, long limit) throws MalformedIndexesException {
        long total = 0;
        long last = -1;
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String[] ends = part.split("-", -1);
            if (ends.length > 2) {
                throw new MalformedIndexesException("the fragment " + Names.quote(part) + " violates the requirement that an index interval can have at most two parts separated by '-'");
            }
            long from = index(ends[0], limit);
            long to = ends.length > 1 ? index(ends[1], limit) : from;
            if (ends.length > 1 && from >= to) {
                throw new MalformedIndexesException("non-increasing order, previous: " + from + ", current: " + to);
            }
            if (last >= from) {
                throw new MalformedIndexesException("non-increasing order, previous: " + last + ", current: " + from);
            }
            total += to - from + 1;
            last = to;
        }
        return total;
    }

    private static long index(String text, long limit) throws MalformedIndexesException {
        if (!text.matches("[+-]?[0-9]{1,18}")) {
            throw new MalformedIndexesException("cannot convert string to integer for index: " + Names.quote(text));
        }
        long index = Long.parseLong(text);
        if (index >= limit) {
            throw new MalformedIndexesException("too large index: " + Names.quote(text));
        }
        return index;
    }
}

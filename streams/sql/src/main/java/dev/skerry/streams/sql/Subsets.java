package dev.skerry.streams.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Elements and slices of lists and byte arrays. A negative index counts from the end, one past the end is an error. */
final class Subsets {

    /** The end of a slice that has none. */
    static final int OPEN = Integer.MIN_VALUE;

    private Subsets() {}

    static @Nullable Object of(@Nullable Object from, int start, int end) {
        if (from == null) {
            return null;
        }
        int size = from instanceof List<?> l ? l.size() : from instanceof byte[] b ? b.length : -1;
        if (size < 0) {
            throw new EvalException("[] is an invalid operation for " + GoText.type(from));
        }
        int begin = start < 0 ? start + size : start;
        if (start == end) {
            if (begin < 0 || begin >= size) {
                throw new EvalException("out of index: " + start + " of " + size);
            }
            return from instanceof List<?> l ? l.get(begin) : (Object) (long) (((byte[]) from)[begin] & 0xff);
        }
        if (begin < 0) {
            throw new EvalException("out of index: " + start + " of " + size);
        }
        if (begin >= size) {
            throw new EvalException("start value is out of index: " + begin + " of " + size);
        }
        int stop = end;
        if (end == OPEN) {
            stop = size;
        } else if (end < 0) {
            stop = end + size;
            if (stop < 0) {
                throw new EvalException("out of index: " + end + " of " + size);
            }
        } else if (end > size) {
            throw new EvalException("end value is out of index: " + end + " of " + size);
        }
        if (begin > stop || begin == stop && end >= 0) {
            throw new EvalException("start cannot be greater than end. start:" + begin + "  end:" + stop);
        }
        return from instanceof List<?> l ? new ArrayList<@Nullable Object>(l.subList(begin, stop)) : Arrays.copyOfRange((byte[]) from, begin, stop);
    }
}

package dev.skerry.streams.sql;

import org.jspecify.annotations.Nullable;

/** What became of one case: null if it passed, otherwise what was wrong. */
record CaseResult(String name, @Nullable String wrong) {

    boolean passed() {
        return wrong == null;
    }

    static @Nullable String differs(@Nullable Object expected, @Nullable Object got) {
        return CaseValues.same(expected, got) ? null : "expected " + CaseValues.show(expected) + "\n     got " + CaseValues.show(got);
    }
}

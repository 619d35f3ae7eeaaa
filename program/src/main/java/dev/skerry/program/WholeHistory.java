package dev.skerry.program;

import dev.skerry.data.History;
import dev.skerry.data.SeriesKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was read here, from the log, and below, from what the sites sent up, behind one question. */
record WholeHistory(History here, Optional<? extends History> below) implements History {

    private History of(SeriesKey key) {
        return key.site().isEmpty() ? here : below.<History>map(h -> h).orElse(here);
    }

    @Override
    public List<SeriesInfo> series(SeriesKey like, int limit) {
        if (below.isEmpty()) {
            return like.site().isEmpty() ? here.series(like, limit) : List.of();
        }
        var all = new ArrayList<SeriesInfo>(like.site().isEmpty() ? here.series(like, limit) : List.of());
        if (all.size() < limit) {
            all.addAll(below.get().series(like, limit - all.size()));
        }
        return all;
    }

    @Override
    public List<Point> range(SeriesKey series, Instant from, Instant to, int limit) {
        return of(series).range(series, from, to, limit);
    }

    @Override
    public List<Bucket> downsample(SeriesKey series, Instant from, Instant to, int buckets) {
        return of(series).downsample(series, from, to, buckets);
    }
}

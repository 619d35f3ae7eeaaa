package dev.skerry.blueprints.plant;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Readings of all sites, counted from outside.
 *
 * @param produced as the sites numbered them
 * @param stored rows in the sites' histories
 * @param uploaded different readings at the centre
 * @param lost stored at a site and not at the centre, or numbered and not stored
 * @param duplicated rows at the centre beyond one a reading
 */
record Totals(long produced, long stored, long uploaded, long lost, long duplicated) {

    static Totals of(Map<String, Readings.Count> site, Map<String, Readings.Count> centre) {
        long produced = 0;
        long stored = 0;
        long uploaded = 0;
        long lost = 0;
        long duplicated = 0;
        for (var entry : site.entrySet()) {
            var there = centre.getOrDefault(entry.getKey(), new Readings.Count(0, 0, 0));
            produced += entry.getValue().newest();
            stored += entry.getValue().distinct();
            uploaded += there.distinct();
            lost += Math.max(0, Math.max(entry.getValue().newest(), entry.getValue().distinct()) - there.distinct());
            duplicated += there.rows() - there.distinct();
        }
        return new Totals(produced, stored, uploaded, lost, duplicated);
    }

    Totals plus(Totals other) {
        return new Totals(
                produced + other.produced, stored + other.stored, uploaded + other.uploaded, lost + other.lost, duplicated + other.duplicated);
    }

    Map<String, Object> asMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("produced", produced);
        map.put("stored", stored);
        map.put("uploaded", uploaded);
        map.put("lost", lost);
        map.put("duplicated", duplicated);
        return map;
    }
}

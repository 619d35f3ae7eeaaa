package dev.skerry.blueprints.plant;

import java.util.HashSet;
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

    /**
     * @param site sequences by series, as the site had stored them at one moment
     * @param centre the same at the centre, at a later one: what is newer than the site's moment does not count
     */
    static Totals of(Map<String, long[]> site, Map<String, long[]> centre) {
        long produced = 0;
        long stored = 0;
        long uploaded = 0;
        long lost = 0;
        long duplicated = 0;
        for (var entry : site.entrySet()) {
            var here = new HashSet<Long>();
            long newest = 0;
            for (var sequence : entry.getValue()) {
                here.add(sequence);
                newest = Math.max(newest, sequence);
            }
            var there = new HashSet<Long>();
            for (var sequence : centre.getOrDefault(entry.getKey(), new long[0])) {
                if (sequence <= newest && !there.add(sequence)) {
                    duplicated++;
                }
            }
            produced += newest;
            stored += here.size();
            uploaded += there.size();
            // Sequences begin at 1 and have no holes: each number up to the newest is a reading that was taken.
            lost += newest - there.size();
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

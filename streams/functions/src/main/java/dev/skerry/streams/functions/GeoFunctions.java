package dev.skerry.streams.functions;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Places on the earth, in degrees; lengths in metres on a sphere of the earth's mean radius, which is right to half a percent. */
final class GeoFunctions {

    private static final double EARTH = 6_371_008.8;
    private static final String BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz";

    private GeoFunctions() {}

    static void addTo(Catalogue to) {
        to.pure("geo_distance(lat1, lon1, lat2, lon2)", "float", "the way between two places, in metres", Checks.exactly(4), NullRule.NULL,
                args -> distance(latitude(args[0]), longitude(args[1]), latitude(args[2]), longitude(args[3])));
        to.pure("geo_bearing(lat1, lon1, lat2, lon2)", "float", "the direction from one place to another, in degrees from north, clockwise", Checks.exactly(4), NullRule.NULL,
                args -> bearing(latitude(args[0]), longitude(args[1]), latitude(args[2]), longitude(args[3])));
        to.pure("in_circle(lat, lon, center_lat, center_lon, metres)", "boolean", "whether the place is so near to the centre", Checks.exactly(5), NullRule.FALSE,
                args -> distance(latitude(args[0]), longitude(args[1]), latitude(args[2]), longitude(args[3])) <= Values.number(args[4]));
        to.pure("in_polygon(lat, lon, corners)", "boolean", "whether the place is within the corners, a list of [lat, lon]", Checks.exactly(3), NullRule.FALSE,
                args -> within(latitude(args[0]), longitude(args[1]), Values.list(args[2], "corners: no list (expected: a list of [lat, lon])")));
        to.pure("geofence(lat, lon, fences)", "text", "the name of the first fence around the place; an object of names, each with corners or {lat, lon, metres}",
                Checks.exactly(3), NullRule.NULL, args -> fence(latitude(args[0]), longitude(args[1]), args[2]));
        to.pure("geohash(lat, lon[, length])", "text", "the place's geohash, of 9 characters if not said otherwise", Checks.TWO_OR_THREE, NullRule.NULL,
                args -> geohash(latitude(args[0]), longitude(args[1]), args.length > 2 ? Values.size(args[2], 12, "geohash: length") : 9));
    }

    private static double latitude(@Nullable Object value) {
        return inRange(Values.number(value), 90, "latitude");
    }

    private static double longitude(@Nullable Object value) {
        return inRange(Values.number(value), 180, "longitude");
    }

    private static double inRange(double value, double most, String what) {
        if (!(Math.abs(value) <= most)) {
            throw new FunctionException(what + ": " + Printed.number(value) + " (expected: -" + (int) most + " to " + (int) most + ")");
        }
        return value;
    }

    private static double distance(double lat1, double lon1, double lat2, double lon2) {
        var a = Math.toRadians(lat1);
        var b = Math.toRadians(lat2);
        var sinLat = Math.sin((b - a) / 2);
        var sinLon = Math.sin(Math.toRadians(lon2 - lon1) / 2);
        var half = sinLat * sinLat + Math.cos(a) * Math.cos(b) * sinLon * sinLon;
        return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(half)));
    }

    private static double bearing(double lat1, double lon1, double lat2, double lon2) {
        var a = Math.toRadians(lat1);
        var b = Math.toRadians(lat2);
        var apart = Math.toRadians(lon2 - lon1);
        var degrees = Math.toDegrees(Math.atan2(Math.sin(apart) * Math.cos(b), Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(apart)));
        return (degrees + 360) % 360;
    }

    /** Counts the edges that a line to the east crosses; longitudes are taken relative to the place, so that a fence may lie across the date line. */
    private static boolean within(double lat, double lon, List<@Nullable Object> corners) {
        if (corners.size() < 3) {
            throw new FunctionException("corners: " + corners.size() + " (expected: at least 3)");
        }
        var inside = false;
        var before = corner(corners.getLast());
        for (var each : corners) {
            var corner = corner(each);
            if (corner[0] > lat != before[0] > lat) {
                var here = apart(lon, corner[1]);
                var there = here + apart(corner[1], before[1]);
                if (here + (lat - corner[0]) / (before[0] - corner[0]) * (there - here) > 0) {
                    inside = !inside;
                }
            }
            before = corner;
        }
        return inside;
    }

    private static double apart(double from, double to) {
        return ((to - from) % 360 + 540) % 360 - 180;
    }

    private static double[] corner(@Nullable Object value) {
        List<@Nullable Object> pair = Values.list(value, "corner: " + Printed.of(value) + " (expected: [lat, lon])");
        if (pair.size() != 2) {
            throw new FunctionException("corner: " + Printed.of(value) + " (expected: [lat, lon])");
        }
        return new double[] {latitude(pair.get(0)), longitude(pair.get(1))};
    }

    private static @Nullable Object fence(double lat, double lon, @Nullable Object fences) {
        for (var fence : Values.object(fences, "fences: no object (expected: names with corners or {lat, lon, metres})").entrySet()) {
            var holds = fence.getValue() instanceof Map<?, ?> circle
                    ? distance(lat, lon, latitude(circle.get("lat")), longitude(circle.get("lon"))) <= Values.number(circle.get("metres"))
                    : within(lat, lon, Values.list(fence.getValue(), "fence " + fence.getKey() + ": " + Values.described(fence.getValue()) + " (expected: corners or {lat, lon, metres})"));
            if (holds) {
                return fence.getKey();
            }
        }
        return null;
    }

    private static String geohash(double lat, double lon, int length) {
        double[][] ranges = {{-180, 180}, {-90, 90}};
        double[] place = {lon, lat};
        var out = new StringBuilder(length);
        var bits = 0;
        for (var i = 0; i < length * 5; i++) {
            var range = ranges[i % 2];
            var middle = (range[0] + range[1]) / 2;
            var upper = place[i % 2] >= middle;
            range[upper ? 0 : 1] = middle;
            bits = bits << 1 | (upper ? 1 : 0);
            if (i % 5 == 4) {
                out.append(BASE32.charAt(bits & 31));
            }
        }
        return out.toString();
    }
}

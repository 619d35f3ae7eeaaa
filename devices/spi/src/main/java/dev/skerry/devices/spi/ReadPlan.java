package dev.skerry.devices.spi;

import java.util.List;

/**
 * One request that reads several points.
 *
 * @param description for people, such as {@code holding 100-111}
 */
public record ReadPlan(String description, List<PointAddress> points) {

    public ReadPlan {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("points: none (expected: one or more)");
        }
    }
}

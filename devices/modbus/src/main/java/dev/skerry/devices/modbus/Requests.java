package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.ReadPlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Merges points into requests: neighbours of one table, over small gaps, up to the protocol's limit. */
final class Requests {

    private Requests() {}

    static List<ReadPlan> plan(List<PointAddress> points) {
        var sorted = points.stream().map(ModbusPoint.class::cast)
                .sorted(Comparator.comparing(ModbusPoint::area).thenComparingInt(ModbusPoint::offset)).toList();
        var plans = new ArrayList<ReadPlan>();
        var together = new ArrayList<PointAddress>();
        Span span = null;
        for (var point : sorted) {
            if (span != null && !span.takes(point)) {
                plans.add(new ReadPlan(span.toString(), together));
                together.clear();
                span = null;
            }
            span = span == null ? Span.of(point) : span.with(point);
            together.add(point);
        }
        if (span != null) {
            plans.add(new ReadPlan(span.toString(), together));
        }
        return List.copyOf(plans);
    }

    /** The cells from the first to before the last that a request reads. */
    record Span(Area area, int start, int end) {

        static Span of(ReadPlan plan) {
            var span = of((ModbusPoint) plan.points().getFirst());
            for (var point : plan.points()) {
                span = span.with((ModbusPoint) point);
            }
            return span;
        }

        static Span of(ModbusPoint point) {
            return new Span(point.area(), point.offset(), point.end());
        }

        private Span with(ModbusPoint point) {
            return new Span(area, Math.min(start, point.offset()), Math.max(end, point.end()));
        }

        boolean takes(ModbusPoint next) {
            return next.area() == area
                    && next.offset() - end <= area.bridged()
                    && Math.max(end, next.end()) - start <= area.most();
        }

        int length() {
            return end - start;
        }

        @Override
        public String toString() {
            return area.word() + " " + start + (length() == 1 ? "" : "-" + (end - 1));
        }
    }
}

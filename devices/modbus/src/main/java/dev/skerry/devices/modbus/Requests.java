package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.LineCost;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.ReadPlan;
import dev.skerry.devices.spi.Spans;
import java.util.ArrayList;
import java.util.List;

/** Merges points into requests: of one table, over gaps that cost less than a further request, up to the protocol's limit. */
final class Requests {

    private Requests() {}

    static List<ReadPlan> plan(List<PointAddress> points, LineCost cost) {
        var plans = new ArrayList<ReadPlan>();
        for (var area : Area.values()) {
            var of = points.stream().map(ModbusPoint.class::cast).filter(p -> p.area() == area).toList();
            for (var together : Spans.merge(of, ModbusPoint::offset, ModbusPoint::end, area.most(), area.cellBytes(), cost)) {
                plans.add(new ReadPlan(Span.of(together).toString(), List.copyOf(together)));
            }
        }
        return List.copyOf(plans);
    }

    /** The cells from the first to before the last that a request reads. */
    record Span(Area area, int start, int end) {

        static Span of(ReadPlan plan) {
            return of(plan.points());
        }

        private static Span of(List<? extends PointAddress> points) {
            var first = (ModbusPoint) points.getFirst();
            int start = first.offset();
            int end = first.end();
            for (var other : points) {
                var point = (ModbusPoint) other;
                start = Math.min(start, point.offset());
                end = Math.max(end, point.end());
            }
            return new Span(first.area(), start, end);
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

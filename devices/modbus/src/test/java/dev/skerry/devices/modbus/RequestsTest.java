package dev.skerry.devices.modbus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.LineCost;
import dev.skerry.devices.spi.PointAddress;
import dev.skerry.devices.spi.ReadPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RequestsTest {

    /** A further request is worth 33 bytes. */
    private static final LineCost COST = new LineCost(Duration.ZERO, 1, 33);

    @Test
    void readsNeighboursTogetherWhateverTheirOrder() throws Exception {
        assertThat(planned("holding:11", "holding:0", "holding:10", "holding:1", "coil:0"))
                .containsExactly("coil 0", "holding 0-11");
    }

    @Test
    void readsOverASmallGapButNotOverALargeOne() throws Exception {
        assertThat(planned("holding:0", "holding:17")).containsExactly("holding 0-17");
        assertThat(planned("holding:0", "holding:18")).containsExactly("holding 0", "holding 18");
    }

    /** At 9600 baud a register takes two milliseconds, on Ethernet none to speak of. */
    @Test
    void readsOverLongerGapsWhereRoundTripsAreDearer() throws Exception {
        var points = List.<PointAddress>of(ModbusPoint.parse("holding:0", ""), ModbusPoint.parse("holding:60", ""));
        assertThat(Requests.plan(points, LineCost.serial(9600))).hasSize(2);
        assertThat(Requests.plan(points, LineCost.NETWORK)).hasSize(1);
    }

    @Test
    void keepsToTheProtocolsLimits() throws Exception {
        var registers = new ArrayList<String>();
        for (int i = 0; i < 300; i++) {
            registers.add("input:" + i);
        }
        assertThat(planned(registers.toArray(String[]::new))).containsExactly("input 0-124", "input 125-249", "input 250-299");
    }

    @Property(tries = 300)
    void everyPointIsInExactlyOneRequestThatADeviceMustAnswer(@ForAll("points") List<PointAddress> points) {
        var plans = Requests.plan(points, COST);
        assertThat(plans.stream().flatMap(p -> p.points().stream()).toList()).containsExactlyInAnyOrderElementsOf(points);
        for (var plan : plans) {
            var span = Requests.Span.of(plan);
            assertThat(span.length()).isBetween(1, span.area().most());
            assertThat(plan.points()).allMatch(p -> p instanceof ModbusPoint m
                    && m.area() == span.area() && m.offset() >= span.start() && m.end() <= span.end());
        }
    }

    @Provide
    Arbitrary<List<PointAddress>> points() {
        var point = Combinators.combine(
                Arbitraries.of("holding", "input", "coil", "discrete"),
                Arbitraries.integers().between(0, 4_000),
                Arbitraries.of("", "int32", "float64", "string(40)")).as(RequestsTest::point);
        return point.list().ofMaxSize(200);
    }

    private static PointAddress point(String area, int offset, String encoding) {
        try {
            return ModbusPoint.parse(area + ":" + offset, Area.valueOf(area.toUpperCase(java.util.Locale.ROOT)).registers() ? encoding : "");
        } catch (DriverException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> planned(String... addresses) throws DriverException {
        var points = new ArrayList<PointAddress>();
        for (var address : addresses) {
            points.add(ModbusPoint.parse(address, ""));
        }
        return Requests.plan(points, COST).stream().map(ReadPlan::description).toList();
    }
}

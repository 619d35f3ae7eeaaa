package dev.skerry.devices.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.skerry.data.Batch;
import dev.skerry.data.BatchBuilder;
import dev.skerry.data.Quality;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.devices.spi.RawValue.Bit;
import dev.skerry.devices.spi.RawValue.Real;
import dev.skerry.devices.spi.RawValue.Text;
import dev.skerry.devices.spi.RawValue.Unreadable;
import dev.skerry.devices.spi.RawValue.Whole;
import dev.skerry.model.DeviceModelSpec;
import dev.skerry.model.DeviceModelSpec.Access;
import dev.skerry.model.DeviceModelSpec.Range;
import dev.skerry.model.DeviceModelSpec.Type;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ValuesTest {

    @Test
    void scalesAReadingWithoutBinaryNoise() {
        assertThat(read(point(Type.FLOAT, 0.1, 0, null), new Whole(71)).asDouble(0, 0)).isEqualTo(7.1);
        assertThat(read(point(Type.FLOAT, 0.1, -5, null), new Real(70)).asDouble(0, 0)).isEqualTo(2);
        assertThat(read(point(Type.FLOAT, 3, 1, null), new Text(" 2.5 ")).asDouble(0, 0)).isEqualTo(8.5);
    }

    @Test
    void keepsAllDigitsOfAWholeNumber() {
        assertThat(read(point(Type.INTEGER, 1, 0, null), new Whole(Long.MAX_VALUE)).asLong(0, 0)).isEqualTo(Long.MAX_VALUE);
        assertThat(read(point(Type.INTEGER, 0.5, 0, null), new Whole(9)).asLong(0, 0)).isEqualTo(5);
    }

    @Test
    void marksReadingsOutsideTheRangeUncertainAndOthersThatFailBad() {
        var ranged = point(Type.FLOAT, 1, 0, new Range(4.0, 15.0));
        assertThat(read(ranged, new Real(15)).quality(0, 0)).isEqualTo(Quality.GOOD);
        assertThat(read(ranged, new Real(15.1)).quality(0, 0)).isEqualTo(Quality.UNCERTAIN);
        assertThat(read(ranged, new Real(15.1)).asDouble(0, 0)).isEqualTo(15.1);
        assertThat(read(ranged, new Real(Double.NaN)).quality(0, 0)).isEqualTo(Quality.BAD);
        assertThat(read(ranged, new Text("warm")).quality(0, 0)).isEqualTo(Quality.BAD);
        assertThat(read(point(Type.STRING, 1, 0, null), new Unreadable("no")).quality(0, 0)).isEqualTo(Quality.BAD);
        assertThat(read(point(Type.INTEGER, 1, 0, null), new Real(1e300)).quality(0, 0)).isEqualTo(Quality.BAD);
    }

    @Test
    void readsBooleansAndTextsOfAnyKind() {
        assertThat(read(point(Type.BOOLEAN, 1, 0, null), new Whole(2)).asLong(0, 0)).isEqualTo(1);
        assertThat(read(point(Type.BOOLEAN, 1, 0, null), new Bit(false)).asLong(0, 0)).isZero();
        assertThat(read(point(Type.STRING, 1, 0, null), new Real(2)).asString(0, 0)).isEqualTo("2");
        assertThat(read(point(Type.FLOAT, 1, 0, null), new Bit(true)).asDouble(0, 0)).isEqualTo(1);
    }

    @Test
    void convertsWhatIsWrittenByThePropertysType() throws Exception {
        assertThat(Values.raw(point(Type.FLOAT, 0.01, 0, null), "4.56")).isEqualTo(new Real(456));
        assertThat(Values.raw(point(Type.FLOAT, 1, 0, null), 7L)).isEqualTo(new Real(7));
        assertThat(Values.raw(point(Type.FLOAT, 0.1, -5, null), 2.0)).isEqualTo(new Real(70));
        assertThat(Values.raw(point(Type.INTEGER, 1, 0, null), "7.0")).isEqualTo(new Whole(7));
        assertThat(Values.raw(point(Type.INTEGER, 1, 0, null), Long.MAX_VALUE)).isEqualTo(new Whole(Long.MAX_VALUE));
        assertThat(Values.raw(point(Type.BOOLEAN, 1, 0, null), " True")).isEqualTo(new Bit(true));
        assertThat(Values.raw(point(Type.BOOLEAN, 1, 0, null), 0.0)).isEqualTo(new Bit(false));
        assertThat(Values.raw(point(Type.STRING, 1, 0, null), 7.0)).isEqualTo(new Text("7"));
    }

    @Test
    void saysWhatAPropertyTakes() {
        assertRejects(Type.FLOAT, "warm", "warm (expected: a number)");
        assertRejects(Type.FLOAT, true, "true (expected: a number)");
        assertRejects(Type.FLOAT, Double.NaN, "NaN (expected: a number)");
        assertRejects(Type.FLOAT, "1e999999999", "1e999999999 (expected: a number)");
        assertRejects(Type.INTEGER, 7.5, "7.5 (expected: a whole number)");
        assertRejects(Type.INTEGER, "99999999999999999999", "99999999999999999999 (expected: a whole number)");
        assertRejects(Type.BOOLEAN, 2L, "2 (expected: true or false)");
        assertThatThrownBy(() -> Values.raw(point(Type.FLOAT, 1, 0, new Range(38.0, 60.0)), 99)).hasMessage("99 (expected: 38 to 60)");
        assertThatThrownBy(() -> Values.raw(point(Type.INTEGER, 1, 0, new Range(null, 60.0)), "61")).hasMessage("61 (expected: 60 or less)");
    }

    @Property
    void whatWasWrittenIsRead(
            @ForAll @DoubleRange(min = -1e6, max = 1e6) double value, @ForAll @IntRange(min = 1, max = 1000) int divisor,
            @ForAll @DoubleRange(min = -100, max = 100) double offset) throws Exception {
        var point = point(Type.FLOAT, 1.0 / divisor, offset, null);

        assertThat(read(point, Values.raw(point, value)).asDouble(0, 0)).isCloseTo(value, within(1e-6));
    }

    private static void assertRejects(Type type, Object value, String message) {
        assertThatThrownBy(() -> Values.raw(point(type, 1, 0, null), value)).isInstanceOf(InvalidValueException.class).hasMessage(message);
    }

    private static Batch read(PlannedPoint point, RawValue raw) {
        var row = new BatchBuilder(ModelCheck.schema("default", "m", new DeviceModelSpec(List.of(point.property()))));
        row.row("d", 1);
        var quality = Values.put(row, point, raw);
        var batch = row.build();
        assertThat(batch.quality(0, 0)).isEqualTo(quality);
        return batch;
    }

    private static PlannedPoint point(Type type, double scale, double offset, @Nullable Range range) {
        return new PlannedPoint(0, Specs.property("p", type, Access.READ_WRITE, range), new FakeDriver.Address("w:p", "", true), scale, offset,
                Duration.ofSeconds(1));
    }
}

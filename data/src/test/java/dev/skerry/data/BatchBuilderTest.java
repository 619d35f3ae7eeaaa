package dev.skerry.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BatchBuilderTest {

    private static final StreamSchema PUMPS = new StreamSchema("default", "pump", List.of(
            new Field("temp", ValueType.FLOAT, "Cel"),
            new Field("count", ValueType.INTEGER, ""),
            new Field("on", ValueType.BOOLEAN, ""),
            new Field("mode", ValueType.STRING, "")));

    @Test
    void keepsWhatWasPutAndTellsAbsentFromBad() {
        Batch batch = new BatchBuilder(PUMPS)
                .row("a", 1).put(0, 2.5).put(1, 7L).put(2, true).put(3, "auto").quality(0, Quality.UNCERTAIN)
                .row("b", 2).bad(0)
                .build();

        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.device(1)).isEqualTo("b");
        assertThat(batch.time(1)).isEqualTo(2);
        assertThat(batch.asDouble(0, 0)).isEqualTo(2.5);
        assertThat(batch.quality(0, 0)).isEqualTo(Quality.UNCERTAIN);
        assertThat(batch.asLong(0, 1)).isEqualTo(7);
        assertThat(batch.asDouble(0, 1)).isEqualTo(7.0);
        assertThat(batch.asLong(0, 2)).isEqualTo(1);
        assertThat(batch.asString(0, 3)).isEqualTo("auto");
        assertThat(batch.has(1, 0)).isTrue();
        assertThat(batch.quality(1, 0)).isEqualTo(Quality.BAD);
        assertThat(batch.has(1, 1)).isFalse();
        assertThat(batch.sequence(0, 0)).isZero();
    }

    @Test
    void aBuiltBatchDoesNotChangeWhenTheBuilderGoesOn() {
        var builder = new BatchBuilder(PUMPS);
        for (int i = 0; i < 100; i++) {
            builder.row("a", i).put(0, (double) i);
        }
        Batch first = builder.build();
        builder.row("z", 9).put(0, -1.0);
        Batch second = builder.build();

        assertThat(first.size()).isEqualTo(100);
        assertThat(first.asDouble(99, 0)).isEqualTo(99);
        assertThat(first.device(0)).isEqualTo("a");
        assertThat(second.size()).isEqualTo(1);
    }

    @Test
    void refusesAValueOfAnotherType() {
        var builder = new BatchBuilder(PUMPS).row("a", 1);
        assertThatThrownBy(() -> builder.put(1, 1.5)).hasMessage("pump.count: 1.5 (expected: INTEGER)");
        assertThatThrownBy(() -> builder.put(0, "x")).hasMessage("pump.temp: x (expected: FLOAT)");
        assertThatThrownBy(() -> builder.put(3, 1L)).hasMessage("pump.mode: 1 (expected: STRING)");
        assertThatThrownBy(() -> new BatchBuilder(PUMPS).build()).isInstanceOf(IllegalStateException.class);
    }
}

package dev.skerry.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ApiBenchTest {

    /** A smaller run is asked for by name; what nobody names has a default, and the parts stay the same. */
    @Test
    void everyOptionHasANumberAndNoPartDependsOnOne() {
        var bench = new ApiBench();
        var usual = bench.parts(Path.of("unused"), bench.options()).stream().map(Bench.Part::name).toList();

        assertThat(bench.options().values()).allMatch(n -> n > 0);
        assertThat(bench.parts(Path.of("unused"), Map.of("objects", 1L)).stream().map(Bench.Part::name).toList()).isEqualTo(usual);
    }

    @Test
    void objectsAreAboutAsBigAsAsked() {
        for (int bytes : List.of(1_000, 10_000)) {
            assertThat(PlainApi.object("o-12345", "updated", bytes)).hasSizeBetween(bytes - 10, bytes + 10);
        }
    }
}

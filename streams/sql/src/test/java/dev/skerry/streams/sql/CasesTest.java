package dev.skerry.streams.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Our own cases, as {@code skerry sql test} runs them. */
class CasesTest {

    @Test
    void allOfThemPass() throws Exception {
        var folder = Path.of(CasesTest.class.getResource("/cases").toURI());
        var told = new ByteArrayOutputStream();
        boolean passed = new CaseRunner(new PrintStream(told, true, StandardCharsets.UTF_8), true).run(List.of(folder));
        assertThat(passed).as(told.toString(StandardCharsets.UTF_8)).isTrue();
    }
}

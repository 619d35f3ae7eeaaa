package dev.skerry.streams.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/functions.md} lists what the table has. {@code -Dskerry.write=true} writes it anew. */
class CatalogueDocumentTest {

    private static final Path DOCUMENT = Path.of(System.getProperty("skerry.root", "../.."), "docs", "functions.md");
    private static final String BEGIN = "<!-- The table below is written by CatalogueDocumentTest. -->\n";

    @Test
    void listsEveryFunctionAsItIs() throws IOException {
        var document = Files.readString(DOCUMENT);
        var wanted = document.substring(0, document.indexOf(BEGIN) + BEGIN.length()) + table();
        if (Boolean.getBoolean("skerry.write")) {
            Files.writeString(DOCUMENT, wanted);
        }
        assertThat(Files.readString(DOCUMENT)).isEqualTo(wanted);
    }

    private static String table() {
        var out = new StringBuilder("| function | kind | result | null | what it gives |\n| --- | --- | --- | --- | --- |\n");
        for (var function : FunctionTable.standard().all()) {
            var signature = function.signature();
            out.append("| `%s(%s)` | %s | %s | %s | %s |%n".formatted(
                    signature.name(), signature.arguments(), kind(function), signature.result(), nulls(function), signature.summary()));
        }
        return out.toString().replace("\r", "");
    }

    private static String kind(Function function) {
        return switch (function) {
            case Scalar f -> "scalar";
            case Aggregate f -> "aggregate";
            case Analytic f -> f.isAggregate() ? "analytic, of windows" : "analytic";
            case SetReturning f -> "rows";
            case Columns f -> "columns";
            case Implicit f -> "of the window";
        };
    }

    private static String nulls(Function function) {
        return switch (function) {
            case Scalar f when f.signature().arguments().isEmpty() -> "";
            case Scalar f -> f.nulls().text();
            case Aggregate f -> switch (f.name()) {
                case "collect", "deduplicate", "last_value" -> "a value";
                default -> "passed over";
            };
            case Analytic f -> f.signature().arguments().isEmpty() ? "" : "see its cases";
            case SetReturning f -> "no row";
            case Columns f -> "as asked";
            case Implicit f -> "";
        };
    }
}

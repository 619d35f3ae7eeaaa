package dev.skerry.streams.sql;

import dev.skerry.streams.functions.FunctionTable;
import dev.skerry.streams.sql.grammar.SqlBaseVisitor;
import dev.skerry.streams.sql.grammar.SqlLexer;
import dev.skerry.streams.sql.grammar.SqlParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;
import org.jspecify.annotations.Nullable;

/** Turns text into statements. What can be refused without knowing the streams is refused here, with line and column. */
final class StatementReader extends SqlBaseVisitor<Statement> {

    private static final int LONGEST = 100_000;
    private static final int TOLD = 12;

    private final FunctionTable functions;
    private final String text;

    private StatementReader(FunctionTable functions, String text) {
        this.functions = functions;
        this.text = text;
    }

    /** @throws SqlException naming line and column of the first mistake */
    static List<Statement> readAll(String text, FunctionTable functions) {
        if (text.length() > LONGEST) {
            throw new SqlException("a text of " + text.length() + " characters (expected: at most " + LONGEST + ")");
        }
        var lexer = new SqlLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        var parser = new SqlParser(new CommonTokenStream(lexer));
        parser.removeErrorListeners();
        parser.addErrorListener(new Refuser());
        var reader = new StatementReader(functions, text);
        return parser.script().statement().stream().map(reader::visit).toList();
    }

    /** @throws SqlException also if there is more than one statement */
    static Statement readOne(String text, FunctionTable functions) {
        var all = readAll(text, functions);
        if (all.size() != 1) {
            throw new SqlException(all.size() + " statements (expected: one)");
        }
        return all.getFirst();
    }

    static Statement.Select readSelect(String text, FunctionTable functions) {
        if (readOne(text, functions) instanceof Statement.Select select) {
            return select;
        }
        throw new SqlException(1, 1, "a definition (expected: SELECT)");
    }

    private static final class Refuser extends BaseErrorListener {
        @Override
        public void syntaxError(Recognizer<?, ?> recognizer, @Nullable Object at, int line, int column, String text,
                @Nullable RecognitionException e) {
            var found = at instanceof Token token && token.getType() != Token.EOF ? token.getText() : "the end";
            var possible = e != null && e.getExpectedTokens() != null
                    ? e.getExpectedTokens() : ((Parser) recognizer).getExpectedTokens();
            throw new SqlException(line, column + 1, "found " + found + " (expected: " + words(possible, recognizer) + ")");
        }

        private static String words(IntervalSet possible, Recognizer<?, ?> recognizer) {
            var words = possible.toList().stream().filter(t -> t != SqlLexer.UNKNOWN)
                    .map(t -> recognizer.getVocabulary().getDisplayName(t)).toList();
            return words.size() <= TOLD ? String.join(", ", words)
                    : words.stream().limit(TOLD).collect(Collectors.joining(", ")) + ", …";
        }
    }

    @Override
    public Statement visitQuery(SqlParser.QueryContext c) {
        return new SelectReader(functions).read(c.select());
    }

    private static Statement.Kind kind(Token token) {
        return token.getText().toUpperCase(Locale.ROOT).startsWith("TABLE") ? Statement.Kind.TABLE : Statement.Kind.STREAM;
    }

    @Override
    public Statement visitShow(SqlParser.ShowContext c) {
        return new Statement.Show(kind(c.kind));
    }

    @Override
    public Statement visitNamed(SqlParser.NamedContext c) {
        var kind = kind(c.kind);
        var name = name(c.name());
        return switch (c.verb.getType()) {
            case SqlParser.DESCRIBE -> new Statement.Describe(kind, name);
            case SqlParser.EXPLAIN -> new Statement.Explain(kind, name);
            default -> new Statement.Drop(kind, name);
        };
    }

    @Override
    public Statement visitCreate(SqlParser.CreateContext c) {
        var written = text.substring(c.getStart().getStartIndex(), c.getStop().getStopIndex() + 1);
        return new DefinitionReader().read(c, kind(c.kind), written);
    }

    static String name(SqlParser.NameContext c) {
        var text = c.getText();
        return text.startsWith("`") ? text.substring(1, text.length() - 1) : text;
    }

    static Place at(ParserRuleContext c) {
        return new Place(c.getStart().getLine(), c.getStart().getCharPositionInLine() + 1);
    }

    static List<String> names(List<SqlParser.NameContext> all) {
        var names = new ArrayList<String>();
        all.forEach(n -> names.add(name(n)));
        return names;
    }

    /** The value of a text in quotes. */
    static String unquote(Place at, String quoted) {
        var out = new StringBuilder();
        char quote = quoted.charAt(0);
        int end = quoted.length() - 1;
        for (int i = 1; i < end; i++) {
            char c = quoted.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char next = quoted.charAt(++i);
            int digits = switch (next) {
                case 'x' -> 2;
                case 'u' -> 4;
                case 'U' -> 8;
                default -> next >= '0' && next <= '7' ? 3 : 0;
            };
            if (digits > 0) {
                boolean octal = digits == 3;
                int from = octal ? i : i + 1;
                i = from + digits - 1;
                try {
                    if (i >= end) {
                        throw new NumberFormatException(quoted);
                    }
                    out.appendCodePoint(Integer.parseInt(quoted.substring(from, from + digits), octal ? 8 : 16));
                } catch (IllegalArgumentException e) {
                    throw new SqlException(at, "found \\" + next + " in " + quoted + " (expected: \\x, \\u, \\U or \\ with its digits)");
                }
                continue;
            }
            switch (next) {
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'v' -> out.append('\u000b');
                case '\\', '"' -> out.append(next);
                default -> {
                    if (next != quote) {
                        throw new SqlException(at, "found \\" + next + " in " + quoted + " (expected: \\\\ for a backslash)");
                    }
                    out.append(next);
                }
            }
        }
        return out.toString();
    }
}

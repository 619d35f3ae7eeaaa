package dev.skerry.devices.engine;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.zip.ZipFile;
import org.apache.commons.csv.CSVFormat;
import org.dhatim.fastexcel.reader.Cell;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.dhatim.fastexcel.reader.Row;
import org.jspecify.annotations.Nullable;

/** A sheet's cells as text, from comma-separated values (RFC 4180) or the first sheet of an Excel workbook (ECMA-376). */
record Sheet(List<List<String>> rows) {

    private static final long MOST_BYTES = 32L << 20;
    private static final int MOST_ROWS = 100_000;
    private static final int MOST_COLUMNS = 1_000;

    Sheet {
        rows = List.copyOf(rows);
    }

    /** @throws IOException as {@code FILE: ... (expected: ...)} */
    static Sheet read(Path file) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new IOException(file + ": " + Files.size(file) + " bytes (expected: at most " + MOST_BYTES + ")");
        }
        var name = file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".xlsx") ? workbook(file) : commas(file);
    }

    /** What is in a cell, without blanks around it; empty outside. */
    String cell(int row, int column) {
        return row < rows.size() && column < rows.get(row).size() ? rows.get(row).get(column).strip() : "";
    }

    /** As people call a cell: {@code B7}. */
    static String name(int row, int column) {
        var letters = new StringBuilder();
        for (int left = column; left >= 0; left = left / 26 - 1) {
            letters.insert(0, (char) ('A' + left % 26));
        }
        return letters.toString() + (row + 1);
    }

    private static Sheet commas(Path file) throws IOException {
        var text = Files.readString(file);
        var all = text.startsWith("\uFEFF") ? text.substring(1) : text;
        // Where a comma is the decimal sign, programs write semicolons.
        char comma = all.lines().findFirst().filter(line -> line.indexOf(';') >= 0 && line.indexOf(',') < 0).isPresent() ? ';' : ',';
        try (var csv = CSVFormat.RFC4180.builder().setDelimiter(comma).setIgnoreEmptyLines(false).get().parse(new StringReader(all))) {
            var rows = new ArrayList<List<String>>();
            for (var row : csv) {
                rows.add(row.toList());
                few(rows.size(), row.size());
            }
            return new Sheet(rows);
        } catch (IOException | UncheckedIOException e) {
            throw new IOException(file + ": " + e.getMessage() + " (expected: comma-separated values)", e);
        }
    }

    private static Sheet workbook(Path file) throws IOException {
        try (var zip = new ZipFile(file.toFile())) {
            var large = zip.stream().filter(e -> e.getSize() > MOST_BYTES).findFirst();
            if (large.isPresent()) {
                throw new IOException(large.get().getName() + ": " + large.get().getSize() + " bytes (expected: at most " + MOST_BYTES + ")");
            }
            try (var book = new ReadableWorkbook(file.toFile()); var lines = book.getFirstSheet().openStream()) {
                var rows = new ArrayList<List<String>>();
                for (var line : (Iterable<Row>) lines::iterator) {
                    few(line.getRowNum(), line.getCellCount());
                    while (rows.size() < line.getRowNum() - 1) {
                        rows.add(List.of());
                    }
                    rows.add(line.stream().map(Sheet::text).toList());
                }
                return new Sheet(rows);
            }
        } catch (IOException | RuntimeException e) {
            throw new IOException(file + ": " + e.getMessage() + " (expected: an Excel workbook)", e);
        }
    }

    /** A number as it is stored, whatever the sheet makes of it for the eye. */
    private static String text(@Nullable Cell cell) {
        return cell == null ? "" : Objects.requireNonNullElse(cell.getType() == CellType.STRING ? cell.asString() : cell.getRawValue(), "");
    }

    private static void few(int row, int columns) throws IOException {
        if (row > MOST_ROWS || columns > MOST_COLUMNS) {
            throw new IOException("row " + row + " of " + columns + " columns (expected: at most " + MOST_ROWS + " rows of " + MOST_COLUMNS + ")");
        }
    }
}

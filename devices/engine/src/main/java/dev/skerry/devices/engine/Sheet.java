package dev.skerry.devices.engine;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.ZipInputStream;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
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
        var sheet = name.endsWith(".xlsx") ? workbook(file) : new Sheet(commas(Files.readString(file)));
        if (sheet.rows().size() > MOST_ROWS) {
            throw new IOException(file + ": " + sheet.rows().size() + " rows (expected: at most " + MOST_ROWS + ")");
        }
        return sheet;
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

    static List<List<String>> commas(String text) {
        var rows = new ArrayList<List<String>>();
        var row = new ArrayList<String>();
        var cell = new StringBuilder();
        boolean quoted = false;
        var all = text.startsWith("\uFEFF") ? text.substring(1) : text;
        char comma = all.lines().findFirst().filter(line -> line.indexOf(';') >= 0 && line.indexOf(',') < 0).isPresent() ? ';' : ',';
        for (int i = 0; i < all.length(); i++) {
            char c = all.charAt(i);
            if (quoted) {
                if (c != '"') {
                    cell.append(c);
                } else if (i + 1 < all.length() && all.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == comma) {
                row.add(cell.toString());
                cell.setLength(0);
            } else if (c == '\n') {
                row.add(cell.toString());
                cell.setLength(0);
                rows.add(List.copyOf(row));
                row.clear();
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        if (!cell.isEmpty() || !row.isEmpty()) {
            row.add(cell.toString());
            rows.add(List.copyOf(row));
        }
        return rows;
    }

    private static Sheet workbook(Path file) throws IOException {
        var parts = new HashMap<String, byte[]>();
        try (var zip = new ZipInputStream(Files.newInputStream(file))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().equals("xl/sharedStrings.xml") || entry.getName().equals("xl/worksheets/sheet1.xml")) {
                    var bytes = zip.readNBytes((int) MOST_BYTES + 1);
                    if (bytes.length > MOST_BYTES) {
                        throw new IOException(file + ": " + entry.getName() + " (expected: at most " + MOST_BYTES + " bytes)");
                    }
                    parts.put(entry.getName(), bytes);
                }
            }
        }
        var sheet = parts.get("xl/worksheets/sheet1.xml");
        if (sheet == null) {
            throw new IOException(file + ": no sheet (expected: an Excel workbook)");
        }
        try {
            return new Sheet(cells(sheet, strings(parts)));
        } catch (XMLStreamException | IndexOutOfBoundsException | NumberFormatException e) {
            throw new IOException(file + ": " + e.getMessage() + " (expected: an Excel workbook)", e);
        }
    }

    private static List<String> strings(Map<String, byte[]> parts) throws XMLStreamException {
        var strings = new ArrayList<String>();
        var bytes = parts.get("xl/sharedStrings.xml");
        if (bytes == null) {
            return strings;
        }
        var xml = xml(bytes);
        var text = new StringBuilder();
        boolean inText = false;
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                inText = xml.getLocalName().equals("t");
                if (xml.getLocalName().equals("si")) {
                    text.setLength(0);
                }
            } else if (event == XMLStreamConstants.CHARACTERS && inText) {
                text.append(xml.getText());
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                inText = false;
                if (xml.getLocalName().equals("si")) {
                    strings.add(text.toString());
                }
            }
        }
        return strings;
    }

    private static List<List<String>> cells(byte[] bytes, List<String> strings) throws XMLStreamException {
        var rows = new ArrayList<List<String>>();
        var xml = xml(bytes);
        @Nullable String type = null;
        int row = -1;
        int column = -1;
        boolean inValue = false;
        var text = new StringBuilder();
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                switch (xml.getLocalName()) {
                    case "row" -> {
                        var number = xml.getAttributeValue(null, "r");
                        row = number == null ? row + 1 : Integer.parseInt(number) - 1;
                        column = -1;
                    }
                    case "c" -> {
                        type = xml.getAttributeValue(null, "t");
                        var at = xml.getAttributeValue(null, "r");
                        column = at == null ? column + 1 : column(at);
                        text.setLength(0);
                    }
                    case "v", "t" -> inValue = true;
                    default -> {}
                }
            } else if (event == XMLStreamConstants.CHARACTERS && inValue) {
                text.append(xml.getText());
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                inValue = false;
                if (xml.getLocalName().equals("c") && !text.isEmpty()) {
                    put(rows, row, column, "s".equals(type) ? strings.get(Integer.parseInt(text.toString())) : text.toString());
                }
            }
        }
        return rows.stream().map(List::copyOf).toList();
    }

    private static void put(List<List<String>> rows, int row, int column, String text) throws XMLStreamException {
        if (row < 0 || row >= MOST_ROWS || column < 0 || column >= MOST_COLUMNS) {
            throw new XMLStreamException("a cell in row " + (row + 1) + ", column " + (column + 1));
        }
        while (rows.size() <= row) {
            rows.add(new ArrayList<>());
        }
        var cells = rows.get(row);
        while (cells.size() <= column) {
            cells.add("");
        }
        cells.set(column, text);
    }

    private static int column(String at) {
        int column = 0;
        for (int i = 0; i < at.length() && Character.isLetter(at.charAt(i)) && i < 3; i++) {
            column = column * 26 + (at.charAt(i) - 'A' + 1);
        }
        return column - 1;
    }

    private static XMLStreamReader xml(byte[] bytes) throws XMLStreamException {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        return factory.createXMLStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.name());
    }
}

package dev.skerry.devices.simulator;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** One column of a recorded table, played in order and again from its beginning. */
final class Recording {

    private final double[] values;
    private int at;

    Recording(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("values: none (expected: one or more)");
        }
        this.values = values.clone();
    }

    /** @param file comma-separated with a header line, gzipped */
    static Recording load(Path file, String column) throws IOException {
        try (var in = Files.newInputStream(file);
                var reader = new BufferedReader(new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
            var header = reader.readLine();
            var index = header == null ? -1 : List.of(header.split(",")).indexOf(column);
            if (index < 0) {
                throw new IOException(file + ": " + header + " (expected: a column " + column + ")");
            }
            var values = new ArrayList<Double>();
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                values.add(number(file, values.size() + 2, line.split(",", -1), index));
            }
            if (values.isEmpty()) {
                throw new IOException(file + ": no lines (expected: one or more after the header)");
            }
            return new Recording(values.stream().mapToDouble(Double::doubleValue).toArray());
        }
    }

    private static double number(Path file, int line, String[] cells, int index) throws IOException {
        try {
            return Double.parseDouble(cells[index]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException(file + ":" + line + ": " + String.join(",", cells) + " (expected: a number in column " + (index + 1) + ")", e);
        }
    }

    double now() {
        return values[at];
    }

    void step() {
        at = (at + 1) % values.length;
    }

    int length() {
        return values.length;
    }
}

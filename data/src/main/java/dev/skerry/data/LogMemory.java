package dev.skerry.data;

import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** The small files beside the segments: the epoch, what was acknowledged, and how far dropped series had come. */
final class LogMemory {

    private final Path folder;

    LogMemory(Path folder) {
        this.folder = folder;
    }

    String epoch() throws IOException {
        Path file = folder.resolve("epoch");
        try {
            var content = AtomicFile.read(file);
            if (content.isPresent()) {
                return content.get().text();
            }
        } catch (DamagedException e) {
            // As good as none.
        }
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String epoch = HexFormat.of().formatHex(random);
        var out = new Output(64);
        out.text(epoch);
        AtomicFile.write(file, out);
        return epoch;
    }

    Received acknowledged(String epoch) throws IOException {
        var content = AtomicFile.read(folder.resolve("acknowledged"));
        if (content.isPresent()) {
            var in = content.get();
            try {
                if (in.text().equals(epoch)) {
                    int count = in.length();
                    var ranges = new ArrayList<Range>(count);
                    for (int i = 0; i < count; i++) {
                        ranges.add(new Range(in.unsigned(), in.unsigned()));
                    }
                    return new Received(epoch, ranges);
                }
            } catch (DamagedException e) {
                // The parent says it again when the link comes up.
            }
        }
        return new Received(epoch, List.of());
    }

    void acknowledge(Received received) throws IOException {
        var out = new Output(64);
        out.text(received.epoch());
        out.unsigned(received.ranges().size());
        for (Range range : received.ranges()) {
            out.unsigned(range.from());
            out.unsigned(range.to());
        }
        AtomicFile.write(folder.resolve("acknowledged"), out);
    }

    /** Keeps how far the log and each series had come, before their files go. */
    void rememberSequences(long end, Map<SeriesKey, LogState.Latest> latest) throws IOException {
        var out = new Output(4096);
        out.unsigned(end);
        out.unsigned(latest.size());
        for (var one : latest.values()) {
            one.def.write(out);
            out.signed(one.time);
            out.unsigned(one.sequence);
        }
        AtomicFile.write(folder.resolve("sequences"), out);
    }

    void recallSequences(LogState state) throws IOException {
        var content = AtomicFile.read(folder.resolve("sequences"));
        if (content.isEmpty()) {
            return;
        }
        var in = content.get();
        try {
            state.end = Math.max(state.end, in.unsigned());
            int count = in.length();
            for (int i = 0; i < count; i++) {
                state.newest(SeriesDef.read(in), in.signed(), in.unsigned());
            }
        } catch (DamagedException e) {
            throw new IOException(folder.resolve("sequences").getFileName() + ": of an unknown form", e);
        }
    }
}

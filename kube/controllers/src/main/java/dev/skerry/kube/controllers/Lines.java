package dev.skerry.kube.controllers;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The lines of a watch. Its buffer is as large as the longest of late, and at first small: most watches tell little. */
final class Lines {

    private static final int FIRST = 1_024;
    /** Four times what an object may have. */
    private static final int MAX = 12 << 20;

    private final InputStream in;
    private byte[] buffer = new byte[FIRST];
    private int start;
    private int end;

    Lines(InputStream in) {
        this.in = in;
    }

    /** Waits for the next. @return null at the end */
    byte @Nullable [] next() throws IOException {
        var looked = start;
        while (true) {
            for (; looked < end; looked++) {
                if (buffer[looked] == '\n') {
                    var line = Arrays.copyOfRange(buffer, start, looked);
                    start = looked + 1;
                    return line;
                }
            }
            looked -= makeRoom();
            var read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                return null;
            }
            end += read;
        }
    }

    /** @return by how much all has moved */
    private int makeRoom() throws IOException {
        var moved = start;
        var held = end - start;
        if (held == 0 && buffer.length > 64 * FIRST) {
            buffer = new byte[FIRST];
        } else if (held == buffer.length) {
            if (held >= MAX) {
                throw new IOException("a line of a watch has more than " + MAX + " bytes");
            }
            buffer = Arrays.copyOf(buffer, 2 * held);
        } else if (moved > 0) {
            System.arraycopy(buffer, start, buffer, 0, held);
        }
        start = 0;
        end = held;
        return moved;
    }
}

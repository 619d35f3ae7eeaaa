package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.DriverException.Kind;
import java.io.IOException;
import java.util.Arrays;

/** Puts requests into frames and takes answers out of them. One line's; one thread at a time uses it. */
interface Framing {

    byte[] framed(int unit, byte[] request);

    /**
     * Waits for the answer to the request that was framed last; whatever belongs to others is passed over.
     *
     * @return the answer without its frame; empty if none came in time
     */
    byte[] answer(Wire wire, int unit, byte[] request, long deadline) throws IOException, DriverException, InterruptedException;

    static Framing of(Mode mode) {
        return mode == Mode.TCP ? new Tcp() : new Rtu();
    }

    /** Fills a buffer up to {@code length}. Answers how far it came. */
    private static int fill(Wire wire, byte[] buffer, int from, int length, long deadline) throws IOException, DriverException, InterruptedException {
        int at = from;
        while (at < length) {
            int read = wire.receive(buffer, at, length - at, deadline);
            if (read < 0) {
                throw new DriverException(Kind.CLOSED, at == 0 ? "the line was closed" : "the line was closed after " + at + " bytes of an answer");
            }
            if (read == 0) {
                return at;
            }
            at += read;
        }
        return at;
    }

    /** Modbus Messaging on TCP/IP 1.0b, 3.1.3. */
    final class Tcp implements Framing {

        private static final int HEADER = 7;
        private static final int LENGTH_LEAST = 3;
        private static final int LENGTH_MOST = 254;

        private final byte[] buffer = new byte[HEADER + LENGTH_MOST];
        private int transaction;

        @Override
        public byte[] framed(int unit, byte[] request) {
            transaction = (transaction + 1) & 0xFFFF;
            var frame = new byte[HEADER + request.length];
            frame[0] = (byte) (transaction >> 8);
            frame[1] = (byte) transaction;
            frame[4] = (byte) ((request.length + 1) >> 8);
            frame[5] = (byte) (request.length + 1);
            frame[6] = (byte) unit;
            System.arraycopy(request, 0, frame, HEADER, request.length);
            return frame;
        }

        @Override
        public byte[] answer(Wire wire, int unit, byte[] request, long deadline) throws IOException, DriverException, InterruptedException {
            if (fill(wire, buffer, 0, HEADER, deadline) < HEADER) {
                return new byte[0];
            }
            int answered = word(0);
            int protocol = word(2);
            int length = word(4);
            if (protocol != 0 || length < LENGTH_LEAST || length > LENGTH_MOST) {
                throw new DriverException(Kind.GARBAGE, "an answer that is not Modbus TCP: protocol " + protocol + ", length " + length
                        + " (expected: protocol 0, length " + LENGTH_LEAST + "-" + LENGTH_MOST + ")");
            }
            if (answered != transaction) {
                throw new DriverException(Kind.GARBAGE, "an answer to transaction " + answered + " (expected: " + transaction + ")");
            }
            if ((buffer[6] & 0xFF) != unit) {
                throw new DriverException(Kind.GARBAGE, "an answer of unit " + (buffer[6] & 0xFF) + " (expected: " + unit + ")");
            }
            int end = HEADER + length - 1;
            return fill(wire, buffer, HEADER, end, deadline) < end ? new byte[0] : Arrays.copyOfRange(buffer, HEADER, end);
        }

        private int word(int at) {
            return (buffer[at] & 0xFF) << 8 | buffer[at + 1] & 0xFF;
        }
    }

    /** Modbus over serial line 1.02, 2.5.1. An answer's length follows from its function. */
    final class Rtu implements Framing {

        private final byte[] buffer = new byte[260];

        @Override
        public byte[] framed(int unit, byte[] request) {
            var frame = new byte[request.length + 3];
            frame[0] = (byte) unit;
            System.arraycopy(request, 0, frame, 1, request.length);
            int sum = checksum(frame, request.length + 1);
            frame[request.length + 1] = (byte) sum;
            frame[request.length + 2] = (byte) (sum >> 8);
            return frame;
        }

        @Override
        public byte[] answer(Wire wire, int unit, byte[] request, long deadline) throws IOException, DriverException, InterruptedException {
            while (true) {
                int at = fill(wire, buffer, 0, 3, deadline);
                if (at < 3) {
                    return new byte[0];
                }
                int end = length(request[0]);
                if (fill(wire, buffer, 3, end, deadline) < end) {
                    return new byte[0];
                }
                int sum = checksum(buffer, end - 2);
                if ((buffer[end - 2] & 0xFF) != (sum & 0xFF) || (buffer[end - 1] & 0xFF) != sum >> 8) {
                    throw new DriverException(Kind.GARBAGE, "an answer whose checksum does not hold: the line is disturbed, or set differently");
                }
                if ((buffer[0] & 0xFF) == unit) {
                    return Arrays.copyOfRange(buffer, 1, end - 2);
                }
                // Of another unit, too late: ours may still come.
            }
        }

        private int length(byte asked) throws DriverException {
            int function = buffer[1] & 0xFF;
            if ((function & 0x80) != 0) {
                return 5;
            }
            return switch (function) {
                case 1, 2, 3, 4 -> 5 + (buffer[2] & 0xFF);
                case 5, 6, 15, 16 -> 8;
                default -> throw new DriverException(Kind.GARBAGE, "an answer to function " + function + " (expected: " + asked + ")");
            };
        }

        /** CRC-16 with the polynomial 0xA001. */
        static int checksum(byte[] bytes, int length) {
            int sum = 0xFFFF;
            for (int i = 0; i < length; i++) {
                sum ^= bytes[i] & 0xFF;
                for (int bit = 0; bit < 8; bit++) {
                    sum = (sum & 1) != 0 ? sum >> 1 ^ 0xA001 : sum >> 1;
                }
            }
            return sum;
        }
    }
}

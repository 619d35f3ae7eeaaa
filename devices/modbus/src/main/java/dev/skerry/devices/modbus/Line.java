package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.DriverException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;

/** The way to one unit: one request at a time, each with an answer or a {@link DriverException}. */
final class Line implements AutoCloseable {

    private final ModbusEndpoint endpoint;
    private final Duration timeout;
    private final Wires wires;
    private final Wires.Held held;
    private boolean closed;

    private Line(ModbusEndpoint endpoint, Duration timeout, Wires wires, Wires.Held held) {
        this.endpoint = endpoint;
        this.timeout = timeout;
        this.wires = wires;
        this.held = held;
    }

    static Line open(ModbusEndpoint endpoint, Duration timeout, Wires wires) throws DriverException, InterruptedException {
        return new Line(endpoint, timeout, wires, wires.take(endpoint, timeout));
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @param request function and what follows it
     * @param what for the messages, such as {@code holding 100-111}
     * @return the answer without its function
     */
    byte[] ask(byte[] request, String what) throws DriverException, InterruptedException {
        held.turn.lockInterruptibly();
        try {
            if (held.broken()) {
                throw new DriverException(Kind.CLOSED, about(what) + "the line is closed");
            }
            return understood(request, exchange(request, what), what);
        } finally {
            held.turn.unlock();
        }
    }

    private byte[] exchange(byte[] request, String what) throws DriverException, InterruptedException {
        boolean whole = false;
        try {
            // What came meanwhile answers nobody: on a serial line the late answer to a request that was given up.
            if (endpoint.mode() != Mode.TCP) {
                held.wire.discard();
            }
            held.wire.send(held.framing.framed(endpoint.unit(), request));
            var answer = held.framing.answer(held.wire, endpoint.unit(), request, System.nanoTime() + timeout.toNanos());
            if (answer.length == 0) {
                // A serial line goes on with the next unit; in a socket the answer may still come, and would be taken for the next request's.
                whole = endpoint.serial() != null;
                throw new DriverException(Kind.TIMEOUT, about(what) + "no answer in " + shown(timeout));
            }
            whole = true;
            return answer;
        } catch (DriverException e) {
            whole |= endpoint.serial() != null && e.kind() == Kind.GARBAGE;
            throw e.kind() == Kind.TIMEOUT ? e : new DriverException(e.kind(), about(what) + e.getMessage(), e);
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException("stopped").initCause(e);
            }
            throw new DriverException(Kind.CLOSED, about(what) + "the line broke: " + Objects.requireNonNullElse(e.getMessage(), e.toString()), e);
        } finally {
            if (!whole) {
                wires.broke(held);
            }
        }
    }

    private byte[] understood(byte[] request, byte[] answer, String what) throws DriverException {
        if (answer[0] == (byte) (request[0] | 0x80) && answer.length >= 2) {
            throw new Refusal(answer[1] & 0xFF).exception(about(what));
        }
        if (answer[0] != request[0]) {
            wires.broke(held);
            throw garbage(what, "an answer that is not of the request: function " + (answer[0] & 0xFF) + " (expected: " + request[0] + ")");
        }
        return java.util.Arrays.copyOfRange(answer, 1, answer.length);
    }

    /** An answer of the right kind that does not fit its request. */
    DriverException garbage(String what, String found) {
        return new DriverException(Kind.GARBAGE, about(what) + found);
    }

    private String about(String what) {
        return endpoint + ": " + what + ": ";
    }

    private static String shown(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            wires.release(held);
        }
    }
}

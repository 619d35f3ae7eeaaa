package dev.skerry.devices.modbus;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.DriverException.Kind;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A serial port. Waits by looking every millisecond, about the time of a byte at 9600 baud: a read that blocks in native code would hold
 * a carrier thread, and a few silent buses would then stop the whole site.
 */
final class SerialWire implements Wire {

    private static final long LOOK_MILLIS = 1;

    private final SerialPort port;
    /** Between two frames, three and a half characters (Modbus over serial line 1.02, 2.5.1.1). */
    private final long silence;
    private long quietSince = System.nanoTime();

    private SerialWire(SerialPort port, long silence) {
        this.port = port;
        this.silence = silence;
    }

    static SerialWire open(SerialSettings settings) throws DriverException {
        SerialPort port;
        try {
            port = SerialPort.getCommPort(settings.port());
        } catch (SerialPortInvalidPortException e) {
            throw new DriverException(Kind.UNREACHABLE, settings.port() + ": no such port", e);
        }
        port.setComPortParameters(settings.baud(), settings.data(), settings.stop() == 1 ? SerialPort.ONE_STOP_BIT : SerialPort.TWO_STOP_BITS,
                switch (settings.parity()) {
                    case NONE -> SerialPort.NO_PARITY;
                    case EVEN -> SerialPort.EVEN_PARITY;
                    case ODD -> SerialPort.ODD_PARITY;
                });
        port.setFlowControl(SerialPort.FLOW_CONTROL_DISABLED);
        port.setComPortTimeouts(SerialPort.TIMEOUT_NONBLOCKING, 0, 0);
        if (!port.openPort(0)) {
            throw new DriverException(Kind.UNREACHABLE, settings.port() + ": does not open (error " + port.getLastErrorCode() + "): " + "is it there, free, and ours to use?");
        }
        return new SerialWire(port, settings.silence().toNanos());
    }

    @Override
    public void send(byte[] frame) throws IOException {
        pause(quietSince + silence - System.nanoTime());
        for (int sent = 0; sent < frame.length;) {
            int now = port.writeBytes(frame, frame.length - sent, sent);
            if (now <= 0) {
                throw new IOException("the port takes no bytes");
            }
            sent += now;
        }
        quietSince = System.nanoTime();
    }

    @Override
    public int receive(byte[] into, int offset, int length, long deadline) throws IOException, InterruptedException {
        while (true) {
            int there = port.bytesAvailable();
            if (there < 0) {
                return -1;
            }
            if (there > 0) {
                int read = port.readBytes(into, Math.min(there, length), offset);
                quietSince = System.nanoTime();
                return read;
            }
            if (deadline - System.nanoTime() <= 0) {
                return 0;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    @Override
    public void discard() throws IOException {
        var old = new byte[256];
        while (port.bytesAvailable() > 0) {
            if (port.readBytes(old, old.length) <= 0) {
                throw new IOException("the port cannot be read");
            }
            quietSince = System.nanoTime();
        }
    }

    private static void pause(long nanos) throws IOException {
        if (nanos <= 0) {
            return;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        port.closePort();
    }
}

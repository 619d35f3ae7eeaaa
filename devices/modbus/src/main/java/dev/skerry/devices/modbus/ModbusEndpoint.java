package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DriverException;
import dev.skerry.devices.spi.LineCost;
import dev.skerry.devices.spi.SharedLine;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a unit is: by host and port, or behind a serial port.
 *
 * @param serial of {@link Mode#RTU}, null of the others
 * @param one whether all units of this host are reached by one connection, as gateways and small controllers want it
 */
record ModbusEndpoint(Mode mode, String host, int port, int unit, @Nullable SerialSettings serial, boolean one) {

    ModbusEndpoint(String host, int port, int unit) {
        this(Mode.TCP, host, port, unit, null, false);
    }

    static ModbusEndpoint parse(Mode mode, URI uri) throws DriverException {
        if (!mode.scheme().equals(uri.getScheme())) {
            throw wrong(mode, uri);
        }
        var query = query(mode, uri);
        int unit = number(mode, uri, query.getOrDefault("unit", "1"), 0, 247);
        if (unit == 0 && mode != Mode.TCP) {
            // 0 asks all at once, and nobody answers.
            throw wrong(mode, uri);
        }
        if (mode == Mode.RTU) {
            return new ModbusEndpoint(mode, "", 0, unit, serial(uri, query), true);
        }
        if (uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > 65535 || (uri.getPath() != null && uri.getPath().length() > 1)) {
            throw wrong(mode, uri);
        }
        var lines = query.getOrDefault("connections", mode == Mode.RTU_TCP ? "one" : "each");
        if (!Set.of("one", "each").contains(lines) || (mode == Mode.RTU_TCP && lines.equals("each"))) {
            throw wrong(mode, uri);
        }
        return new ModbusEndpoint(mode, uri.getHost(), uri.getPort() < 0 ? 502 : uri.getPort(), unit, null, lines.equals("one"));
    }

    private static SerialSettings serial(URI uri, Map<String, String> query) throws DriverException {
        var path = uri.getPath();
        if (uri.getAuthority() != null || path == null || !path.startsWith("/")) {
            throw wrong(Mode.RTU, uri);
        }
        int baud = number(Mode.RTU, uri, query.getOrDefault("baud", "19200"), 300, 4_000_000);
        int data = number(Mode.RTU, uri, query.getOrDefault("data", "8"), 7, 8);
        int stop = number(Mode.RTU, uri, query.getOrDefault("stop", "1"), 1, 2);
        var parity = query.getOrDefault("parity", "even");
        if (!Set.of("none", "even", "odd").contains(parity)) {
            throw wrong(Mode.RTU, uri);
        }
        return new SerialSettings(path, baud, data, SerialSettings.Parity.valueOf(parity.toUpperCase(Locale.ROOT)), stop);
    }

    private static Map<String, String> query(Mode mode, URI uri) throws DriverException {
        var known = mode == Mode.RTU ? Set.of("unit", "baud", "data", "parity", "stop") : Set.of("unit", "connections");
        var found = new HashMap<String, String>();
        for (var part : uri.getQuery() == null ? new String[0] : uri.getQuery().split("&")) {
            var pair = part.split("=", 2);
            if (pair.length < 2 || !known.contains(pair[0]) || found.put(pair[0], pair[1]) != null) {
                throw wrong(mode, uri);
            }
        }
        return found;
    }

    private static int number(Mode mode, URI uri, String text, int least, int most) throws DriverException {
        if (text.matches("[0-9]{1,7}") && Integer.parseInt(text) >= least && Integer.parseInt(text) <= most) {
            return Integer.parseInt(text);
        }
        throw wrong(mode, uri);
    }

    private static DriverException wrong(Mode mode, URI uri) {
        return new DriverException(DriverException.Kind.BAD_ADDRESS, "spec.endpoint: " + uri + " (expected: " + switch (mode) {
            case TCP -> "modbus-tcp://HOST:PORT?unit=1-247, and connections=one for a gateway that takes a single connection";
            case RTU_TCP -> "modbus-rtu-tcp://HOST:PORT?unit=1-247";
            case RTU -> "modbus-rtu:///dev/PORT?unit=1-247&baud=19200&data=7|8&parity=none|even|odd&stop=1|2";
        } + ")");
    }

    Optional<SharedLine> shared() {
        return one ? Optional.of(new SharedLine(line(), serial == null ? "" : serial.line())) : Optional.empty();
    }

    LineCost cost() {
        return serial == null ? LineCost.NETWORK : LineCost.serial(serial.baud());
    }

    /** What it has in common with all units behind the same wire. */
    String line() {
        return serial == null ? host + ":" + port : serial.port();
    }

    /** As its users write it. */
    @Override
    public String toString() {
        return mode.scheme() + "://" + line() + "?unit=" + unit;
    }
}

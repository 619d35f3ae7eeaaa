package dev.skerry.devices.modbus;

import dev.skerry.devices.spi.DriverException;
import java.net.URI;

/** Where a Modbus TCP device is: host, port (502 if not said) and unit (1 if not said). */
record ModbusEndpoint(String host, int port, int unit) {

    static ModbusEndpoint parse(URI uri) throws DriverException {
        int unit = unit(uri.getQuery() == null ? "unit=1" : uri.getQuery());
        int port = uri.getPort() < 0 ? 502 : uri.getPort();
        if (!"modbus-tcp".equals(uri.getScheme()) || uri.getHost() == null || unit < 1 || unit > 247
                || port < 1 || port > 65535) {
            throw new DriverException(
                    DriverException.Kind.BAD_ADDRESS,
                    "spec.endpoint: " + uri + " (expected: modbus-tcp://HOST:PORT?unit=1-247)");
        }
        return new ModbusEndpoint(uri.getHost(), port, unit);
    }

    /** As its users write it. */
    @Override
    public String toString() {
        return "modbus-tcp://" + host + ":" + port + "?unit=" + unit;
    }

    private static int unit(String query) {
        return query.matches("unit=[0-9]{1,3}") ? Integer.parseInt(query.substring(5)) : -1;
    }
}

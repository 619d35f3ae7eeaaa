package dev.skerry.devices.modbus;

/** How Modbus travels. */
enum Mode {
    TCP("modbus-tcp"),
    RTU("modbus-rtu"),
    /** Serial frames through a socket: what a terminal server gives. */
    RTU_TCP("modbus-rtu-tcp");

    private final String scheme;

    Mode(String scheme) {
        this.scheme = scheme;
    }

    String scheme() {
        return scheme;
    }
}

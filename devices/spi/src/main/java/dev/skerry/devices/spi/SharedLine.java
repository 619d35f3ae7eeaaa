package dev.skerry.devices.spi;

/**
 * A line that several devices are reached by, one at a time: a serial bus, a gateway that takes one connection.
 *
 * @param name the same for all devices on it, such as {@code /dev/ttyUSB0}
 * @param settings what all its users must agree on, such as {@code 9600 8N1}; empty if nothing
 */
public record SharedLine(String name, String settings) {}

package dev.skerry.devices.spi;

/** Where a value lies in a device, as its driver understood it. Equal if address and encoding are. */
public interface PointAddress {

    /** In the driver's notation, such as {@code holding:100}. */
    String address();

    /** In the driver's notation, such as {@code int16}. */
    String encoding();

    /** Whether the protocol can write it at all. */
    boolean writable();
}

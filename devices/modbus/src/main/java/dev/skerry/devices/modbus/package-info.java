/** Modbus TCP driver. */
@NullMarked
package dev.skerry.devices.modbus;

import org.jspecify.annotations.NullMarked;

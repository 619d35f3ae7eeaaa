/** A program that plays recorded machines as Modbus TCP servers. */
@NullMarked
package dev.skerry.devices.simulator;

import org.jspecify.annotations.NullMarked;

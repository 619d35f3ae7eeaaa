/** Connections, poll planner, writes and the reconcilers of DeviceModel and Device. */
@NullMarked
package dev.skerry.devices.engine;

import org.jspecify.annotations.NullMarked;

/** What a driver implements. */
@NullMarked
package dev.skerry.devices.spi;

import org.jspecify.annotations.NullMarked;

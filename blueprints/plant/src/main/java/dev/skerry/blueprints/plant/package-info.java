/** The plant: chillers, a machine, and the demo that loses its centre. */
@NullMarked
package dev.skerry.blueprints.plant;

import org.jspecify.annotations.NullMarked;

/** The child's side: dials its parent, applies Works, reports status, uploads readings. */
@NullMarked
package dev.skerry.fabric.spoke;

import org.jspecify.annotations.NullMarked;

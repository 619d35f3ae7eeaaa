/** What parent and child say to each other: frames, logs, windows. */
@NullMarked
package dev.skerry.fabric.link;

import org.jspecify.annotations.NullMarked;

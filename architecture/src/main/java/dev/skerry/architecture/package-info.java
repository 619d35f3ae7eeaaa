/** The rules of the house as tests. */
@NullMarked
package dev.skerry.architecture;

import org.jspecify.annotations.NullMarked;

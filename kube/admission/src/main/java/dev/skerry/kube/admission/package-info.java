/** What may be written, and what is added to it. */
@NullMarked
package dev.skerry.kube.admission;

import org.jspecify.annotations.NullMarked;

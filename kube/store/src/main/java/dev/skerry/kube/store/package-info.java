/** Objects by key with one growing revision over all: compare and set, list, watch from a revision, compaction. */
@NullMarked
package dev.skerry.kube.store;

import org.jspecify.annotations.NullMarked;

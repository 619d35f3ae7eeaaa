/** Kubernetes' expressions: compiling and running them. */
@NullMarked
package dev.skerry.kube.cel;

import org.jspecify.annotations.NullMarked;

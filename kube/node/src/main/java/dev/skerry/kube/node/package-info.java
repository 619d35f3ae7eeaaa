/** The node agent: Pods on containerd. */
@NullMarked
package dev.skerry.kube.node;

import org.jspecify.annotations.NullMarked;

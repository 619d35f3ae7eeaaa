/** What clients that we did not write expect of the embedded Kubernetes. */
@NullMarked
package dev.skerry.kube.clients;

import org.jspecify.annotations.NullMarked;

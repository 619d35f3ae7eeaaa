/** The Kubernetes REST API over the store. */
@NullMarked
package dev.skerry.kube.apiserver;

import org.jspecify.annotations.NullMarked;

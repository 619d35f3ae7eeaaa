/** Recorded exchanges of a real Kubernetes API server, replayed against ours. */
@org.jspecify.annotations.NullMarked
package dev.skerry.kube.recorded;

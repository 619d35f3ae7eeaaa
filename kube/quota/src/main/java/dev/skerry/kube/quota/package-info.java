/** What objects cost of a namespace's quota. */
@NullMarked
package dev.skerry.kube.quota;

import org.jspecify.annotations.NullMarked;

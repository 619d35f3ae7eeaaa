/** Services: virtual addresses by nftables, names by DNS. */
@NullMarked
package dev.skerry.kube.proxy;

import org.jspecify.annotations.NullMarked;

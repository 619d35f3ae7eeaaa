/** What tests share: fault proxy, child processes, free of Skerry. */
@NullMarked
package dev.skerry.testkit;

import org.jspecify.annotations.NullMarked;

package dev.skerry.kube.store;

import org.jspecify.annotations.Nullable;

/** The store cannot do it now: the disk is full, damaged, or the store is closed. Nothing was changed. */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** No space is left: reads go on, writes are refused. */
    public static final class Full extends StoreException {
        private static final long serialVersionUID = 1;

        Full(Throwable cause) {
            super("the disk is full: nothing was changed (expected: free space on the disk of the data folder)", cause);
        }
    }
}

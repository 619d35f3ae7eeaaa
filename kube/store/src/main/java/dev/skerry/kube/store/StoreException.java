package dev.skerry.kube.store;

import org.jspecify.annotations.Nullable;

/** The store cannot do it now: the disk is full, damaged, or the store is closed. Nothing was changed, but for {@link Unknown}. */
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

    /** The database does not answer. Nothing was changed; it is worth another try. */
    public static final class Unavailable extends StoreException {
        private static final long serialVersionUID = 1;

        Unavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Whether the change was made is not known: whoever asked for it must look. */
    public static final class Unknown extends StoreException {
        private static final long serialVersionUID = 1;

        Unknown(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}

package dev.skerry.kube.store;

import dev.skerry.kube.store.ObjectStore.Change;
import dev.skerry.kube.store.ObjectStore.Entry;
import dev.skerry.kube.store.ObjectStore.ValueAt;
import java.util.List;
import java.util.Optional;

/** Where a group of changes becomes durable, in one transaction. Only the thread of the {@link CommitQueue} calls it. */
interface Ledger {

    /** @param expected the revision that the key must have; 0: it must not exist */
    record Write(String key, long expected, ValueAt value, Change.Type type) {}

    /**
     * Makes the changes, in order, and tells the watchers, before it returns.
     *
     * @return for each write its entry, or empty if the key had another revision
     * @throws StoreException if none of them was made; {@link StoreException.Unknown} if that is not known
     */
    List<Optional<Entry>> commit(List<Write> group);

    /** Drops up to so many superseded states up to a revision. @return whether there may be more */
    boolean thin(long upTo, int most);
}

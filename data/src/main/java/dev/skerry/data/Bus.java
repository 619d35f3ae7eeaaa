package dev.skerry.data;

import java.util.function.Consumer;

/**
 * Carries batches from who tells to who listens, inside one process. {@link #publish} runs the direct subscribers on
 * the caller's thread, in the order in which they subscribed, so that reading, rule and actuator close the loop without
 * a hand-over. A subscriber that blocks or throws harms no other: it is measured, logged, and its exception is kept from
 * the publisher.
 */
public interface Bus {

    /** Tells all who listen to the batch's stream. */
    void publish(Batch batch);

    /**
     * Listens to one stream, or to all if {@code stream} is {@code *}, on the publisher's thread: it must be quick and
     * must not block.
     */
    Subscription subscribe(String name, String stream, Consumer<Batch> listener);

    /**
     * Listens on a virtual thread of its own behind a queue of {@code capacity} batches; a full queue drops the oldest and
     * counts it in {@link Subscription#dropped}.
     */
    Subscription subscribeQueued(String name, String stream, int capacity, Consumer<Batch> listener);

    /** Ends when closed. */
    interface Subscription extends AutoCloseable {

        /** Batches that a full queue made it lose. */
        long dropped();

        @Override
        void close();
    }
}

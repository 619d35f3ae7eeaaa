package dev.skerry.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalBusTest {

    private final LocalBus bus = new LocalBus();

    @AfterEach
    void close() {
        bus.close();
    }

    @Test
    void tellsDirectSubscribersInOrderOnThePublishersThread() {
        var heard = new ArrayList<String>();
        bus.subscribe("first", "pump", b -> heard.add("first " + Thread.currentThread().threadId()));
        bus.subscribe("other", "valve", b -> heard.add("other"));
        bus.subscribe("second", "*", b -> heard.add("second " + Thread.currentThread().threadId()));

        bus.publish(batch(1));

        long me = Thread.currentThread().threadId();
        assertThat(heard).containsExactly("first " + me, "second " + me);
    }

    @Test
    void keepsASubscribersFailureFromTheOthers() {
        var heard = new ArrayList<Batch>();
        bus.subscribe("broken", "*", b -> {
            throw new IllegalStateException("on purpose");
        });
        bus.subscribe("whole", "*", heard::add);

        bus.publish(batch(1));

        assertThat(heard).hasSize(1);
    }

    @Test
    void aFullQueueDropsTheOldestAndCountsIt() throws Exception {
        var gate = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        var heard = new CopyOnWriteArrayList<Long>();
        var subscription = bus.subscribeQueued("slow", "pump", 2, b -> {
            entered.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                return;
            }
            heard.add(b.time(0));
        });
        bus.publish(batch(1));
        entered.await();
        for (long t = 2; t <= 5; t++) {
            bus.publish(batch(t));
        }
        gate.countDown();

        await().untilAsserted(() -> assertThat(heard).containsExactly(1L, 4L, 5L));
        assertThat(subscription.dropped()).isEqualTo(2);
    }

    @Test
    void aClosedSubscriptionHearsNoMore() {
        var heard = new ArrayList<Batch>();
        bus.subscribe("gone", "*", heard::add).close();
        bus.publish(batch(1));
        assertThat(heard).isEmpty();
    }

    private static Batch batch(long time) {
        var schema = new StreamSchema("default", "pump", List.of(new Field("temp", ValueType.FLOAT, "Cel")));
        return new BatchBuilder(schema).row("a", time).put(0, 1.0).build();
    }
}

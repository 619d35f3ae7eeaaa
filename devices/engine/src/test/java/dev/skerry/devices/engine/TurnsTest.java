package dev.skerry.devices.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.skerry.devices.spi.SharedLine;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private static final SharedLine SLOW = new SharedLine("/dev/ttyS0", "9600 8N1");
    private static final SharedLine FAST = new SharedLine("/dev/ttyS0", "19200 8E1");

    @Test
    void letsAWriteGoBeforeTheReadsThatWait() throws Exception {
        var turns = new Turns();
        var order = new CopyOnWriteArrayList<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            turns.take(false);
            for (var name : List.of("read 1", "read 2", "write")) {
                int before = turns.waiting();
                threads.submit(() -> {
                    turns.take(name.equals("write"));
                    order.add(name);
                    turns.give();
                    return null;
                });
                await().until(() -> turns.waiting() == before + 1);
            }
            turns.give();
        }
        assertThat(order).containsExactly("write", "read 1", "read 2");
    }

    @Test
    void takesNoTurnFromOneThatWasInterrupted() throws Exception {
        var turns = new Turns();
        turns.take(false);
        var waiting = Thread.ofVirtual().start(() -> {
            try {
                turns.take(false);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> turns.waiting() == 1);
        waiting.interrupt();
        waiting.join();
        turns.give();
        turns.take(true);
        assertThat(turns.waiting()).isZero();
    }

    /** Two devices at different speeds on one bus hear noise, both of them. */
    @Test
    void refusesOtherSettingsOnALineThatIsInUseAndTellsWhenItIsFree() {
        var lines = new SharedLines();
        var free = new CopyOnWriteArrayList<DeviceKey>();
        lines.onFree(free::add);
        var first = new DeviceKey("default", "meter-1");
        var second = new DeviceKey("default", "meter-2");
        assertThat(lines.claim(first, SLOW)).isEmpty();
        assertThat(lines.claim(second, FAST))
                .contains("spec.endpoint: /dev/ttyS0 at 19200 8E1 (expected: 9600 8N1, as device meter-1 has it on the same line)");
        lines.release(first);
        assertThat(free).containsExactly(second);
        assertThat(lines.claim(second, FAST)).isEmpty();
        assertThat(lines.users(FAST)).isEqualTo(1);
    }
}

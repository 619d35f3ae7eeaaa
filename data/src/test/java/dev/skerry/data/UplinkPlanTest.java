package dev.skerry.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.skerry.data.Outbox.Range;
import dev.skerry.data.Outbox.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class UplinkPlanTest {

    @Test
    void sendsLiveFirstAndGivesTheBacklogItsShare() {
        var plan = new UplinkPlan(1_000_000, 0.8);
        var taken = new Received("e", List.of());
        int live = 0;
        for (int i = 0; i < 100; i++) {
            Range next = plan.next(taken, 0, 2_000_000).orElseThrow();
            boolean isLive = next.from() >= 1_000_000;
            assertThat(i > 0 || isLive).as("the first turn is live's").isTrue();
            live += isLive ? 1 : 0;
            taken = new Received("e", Ranges.union(taken.ranges(), new Range(next.from(), next.from() + 10)));
        }
        assertThat(live).isBetween(79, 81);
    }

    @Test
    void aLaneAloneHasTheWholeLine() {
        assertThat(new UplinkPlan(100, 0.8).next(new Received("e", List.of(new Range(100, 200))), 20, 200))
                .contains(new Range(20, 100));
        assertThat(new UplinkPlan(100, 0.8).next(new Received("e", List.of(new Range(0, 100))), 0, 200))
                .contains(new Range(100, 200));
        assertThat(new UplinkPlan(100, 0.8).next(new Received("e", List.of(new Range(0, 200))), 0, 200)).isEmpty();
    }

    @Property(tries = 200)
    void everyPositionIsSentOnce(
            @ForAll @IntRange(max = 60) int liveFrom, @ForAll @IntRange(max = 20) int start,
            @ForAll @IntRange(min = 20, max = 100) int end, @ForAll @IntRange(max = 10) int tenths, @ForAll long seed) {
        var random = new Random(seed);
        var plan = new UplinkPlan(liveFrom, tenths / 10.0);
        var taken = new Received("e", List.of());
        var sent = new ArrayList<Long>();
        for (var next = plan.next(taken, start, end); next.isPresent(); next = plan.next(taken, start, end)) {
            long to = Math.min(next.get().to(), next.get().from() + 1 + random.nextInt(9));
            for (long p = next.get().from(); p < to; p++) {
                sent.add(p);
            }
            taken = new Received("e", Ranges.union(taken.ranges(), new Range(next.get().from(), to)));
        }
        assertThat(sent).doesNotHaveDuplicates().hasSize(end - start);
    }

    @Property
    void countsWhatIsMissingAsCountingOneByOneDoes(@ForAll @IntRange(max = 40) int from, @ForAll @IntRange(max = 40) int to, @ForAll long seed) {
        var random = new Random(seed);
        var received = new Received("e", List.of());
        var arrived = new java.util.BitSet();
        for (int i = 0; i < 5; i++) {
            int begin = random.nextInt(40);
            int end = begin + random.nextInt(12);
            received = received.with(new Range(begin, end));
            arrived.set(begin, end);
        }
        int missing = 0;
        for (int i = from; i < to; i++) {
            missing += arrived.get(i) ? 0 : 1;
        }
        assertThat(received.missing(from, to)).isEqualTo(missing);
    }
}

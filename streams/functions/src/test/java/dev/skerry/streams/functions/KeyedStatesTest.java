package dev.skerry.streams.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KeyedStatesTest {

    // A rule that makes keys of its data must not fill the site's memory.
    @Test
    void refusesTheKeyTooManyUntilOneIsForgotten() {
        var kept = new KeyedStates();
        for (var i = 0; i < 10_000; i++) {
            kept.keep("key" + i, (long) i);
        }
        assertThatThrownBy(() -> kept.keep("one more", 1L)).hasMessageContaining("at most 10000 keys");
        kept.keep("key7", 70L);
        kept.keep("key8", null);
        kept.keep("one more", 1L);
        assertThat(kept.find("key7")).contains(70L);
        assertThat(kept.find("key8")).isEmpty();

        var again = new KeyedStates();
        again.restore(kept.save());
        assertThat(again.find("one more")).contains(1L);
    }
}

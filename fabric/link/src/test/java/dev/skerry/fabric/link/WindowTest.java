package dev.skerry.fabric.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WindowTest {

    @Test
    void holdsBackWhatDoesNotFitUntilItIsAcknowledged() throws InterruptedException {
        var window = new Window(100);
        assertThat(window.take(1, 60, Duration.ZERO)).isTrue();
        assertThat(window.take(2, 60, Duration.ZERO)).isFalse();
        window.acknowledged(1);
        assertThat(window.take(2, 60, Duration.ZERO)).isTrue();
        assertThat(window.outstanding()).isEqualTo(60);
    }

    @Test
    void letsAnEntryLargerThanTheWindowGoAlone() throws InterruptedException {
        assertThat(new Window(10).take(1, 1000, Duration.ZERO)).isTrue();
    }

    @Test
    void readsTheTokenThatItWroteAndNeverRepeatsASecretInAnError() {
        var secret = JoinSecret.create("ab".repeat(32));
        assertThat(JoinSecret.parse(secret.text())).isEqualTo(secret);
        assertThat(secret.hash()).hasSize(64).isEqualTo(JoinSecret.parse(secret.text()).hash());
        assertThat(secret.toString()).doesNotContain(secret.secret());
        assertThatThrownBy(() -> JoinSecret.parse(secret.text() + "x")).hasMessageNotContaining(secret.secret());
    }
}

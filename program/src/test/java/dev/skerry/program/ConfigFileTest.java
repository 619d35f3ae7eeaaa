package dev.skerry.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConfigFileTest {

    @Test
    void givesEveryKeyADefault() throws ConfigException {
        var config = ConfigFile.parse("empty.yaml", "");

        assertThat(config.api()).isEqualTo(new Config.Api("127.0.0.1", 6443));
        assertThat(config.hub()).isEmpty();
        assertThat(config.parent()).isEmpty();
        assertThat(config.modules()).containsExactly(Config.Module.values());
        assertThat(config.history()).isEqualTo(new Config.History(Duration.ofDays(30), 1L << 30));
    }

    @Test
    void readsASiteBelowAParent() throws ConfigException {
        var config = ConfigFile.parse("site.yaml", """
                name: toll-042
                api: {port: 0}
                parent: {address: "centre.example:7443", token: skerry1.ab.cd, live: 60%}
                runtime: {enabled: false}
                modules: [devices]
                """);

        assertThat(config.parent().orElseThrow().host()).isEqualTo("centre.example");
        assertThat(config.parent().orElseThrow().port()).isEqualTo(7443);
        assertThat(config.parent().orElseThrow().liveShare()).isEqualTo(0.6);
        assertThat(config.modules()).isEqualTo(Set.of(Config.Module.DEVICES));
        assertThat(config.runtime().enabled()).isFalse();
    }

    @Test
    void tellsAllFaultsAtOnceWithLineValueAndWhatIsAccepted() {
        assertThatThrownBy(() -> ConfigFile.parse("bad.yaml", """
                        name: Toll_42
                        api:
                          port: 70000
                          prot: 1
                        modules: [devices, magic]
                        history: {maxAge: 3 weeks}
                        """))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(
                        "bad.yaml:1: name: Toll_42 (expected: a DNS label such as toll-042)",
                        "bad.yaml:3: api.port: 70000 (expected: 0-65535)",
                        "bad.yaml:4: api.prot: unknown key (expected: one of pki, address, port, limits, audit, anonymous, signingKeyAge, oidc, store)",
                        "bad.yaml:5: modules: magic (expected: any of devices, streams, fabric, console)",
                        "bad.yaml:6: history.maxAge: 3 weeks (expected: a duration such as 500ms, 10s, 5m, 2h, 30d)");
    }

    @Test
    void tellsWhereTheFileIsNoYaml() {
        assertThatThrownBy(() -> ConfigFile.parse("broken.yaml", "name: x\napi: [1, 2\n"))
                .hasMessageStartingWith("broken.yaml:3: ");
    }

    @Test
    void refusesAKeyThatIsThereTwice() {
        assertThatThrownBy(() -> ConfigFile.parse("twice.yaml", "name: a\nname: b\n"))
                .hasMessage("twice.yaml:2: name: is there twice (expected: once)");
    }
}

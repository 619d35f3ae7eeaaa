package dev.skerry.kube.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules as text, and whether the kernel takes them, in a network namespace of their own. */
class NftRulesTest {

    private static final ProxyConfig CONFIG = new ProxyConfig(
            "box", "skerry-test", "sk-test", "10.42.7.0/24", "127.0.0.1", 6443, "cluster.local", Path.of("/etc/resolv.conf"), InstantSource.system());

    @TempDir
    Path folder;

    private static PortRule rule(String service, String address, int nodePort, long affinity, Backend... backends) {
        return new PortRule(service, "tcp", List.of(address), 80, nodePort, affinity, List.of(backends), List.of(backends));
    }

    private static NftRules rules(PortRule... rules) {
        return new NftRules(CONFIG, true, List.of(rules));
    }

    @Test
    void leadsTheApiToTheLoopbackAndRefusesWhereNobodyIs() {
        var text = rules(new PortRule("default/kubernetes:https", "tcp", List.of("10.96.0.1"), 443, 0, 0, List.of(new Backend("10.42.7.1", 6443)), List.of()),
                rule("default/nobody:", "10.96.0.9", 0, 0)).whole();
        assertThat(text).contains("dnat to 127.0.0.1:6443").contains("10.96.0.9 . tcp . 80 : goto refuse").contains("ip daddr 127.0.0.0/8 drop");
    }

    @Test
    void remembersClientsOverAChangeOfBackends() {
        var a = new Backend("10.42.7.2", 8080);
        var before = rules(rule("default/web:", "10.96.0.20", 30080, 600, a));
        var after = rules(rule("default/web:", "10.96.0.20", 30080, 600, a, new Backend("10.42.7.3", 8080)));
        assertThat(after.sets()).containsAll(before.sets());
        assertThat(after.change(before.chains(), before.sets())).doesNotContain("delete set").doesNotContain("flush set");
    }

    @Test
    void isTakenByTheKernelFromNothingAndFromWhatWasBefore() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/sbin/nft")), "nft as root is needed");
        var a = new Backend("10.42.7.2", 8080);
        var b = new Backend("10.42.7.3", 8080);
        var first = rules(rule("default/web:", "10.96.0.20", 30080, 600, a, b), rule("default/empty:", "10.96.0.21", 30081, 0));
        var second = rules(rule("default/web:", "10.96.0.20", 0, 0, b), rule("default/other:", "10.96.0.22", 30081, 60, a));
        var third = rules();
        var scripts = List.of(first.whole(), second.change(first.chains(), first.sets()), third.change(second.chains(), second.sets()), first.whole());
        for (int i = 0; i < scripts.size(); i++) {
            Files.writeString(folder.resolve(i + ".nft"), scripts.get(i));
        }
        var all = "set -e; for i in 0 1 2 3; do nft -f " + folder + "/$i.nft; done; nft list table ip skerry-test";
        assertThat(run("unshare", "-n", "sh", "-c", all)).contains("10.96.0.20 . tcp . 80 : goto svc-").contains("dnat to 10.42.7.3:8080");
    }

    private String run(String... command) throws IOException, InterruptedException {
        var output = folder.resolve("output");
        var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            var said = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(said).isZero();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    @Provide
    Arbitrary<List<PortRule>> many() {
        var backends = Combinators.combine(Arbitraries.integers().between(2, 9), Arbitraries.integers().between(8080, 8082)).as((h, p) -> new Backend("10.42.7." + h, p));
        return Combinators.combine(Arbitraries.integers().between(2, 30), Arbitraries.of(0L, 60L), backends.set().ofMaxSize(4))
                .as((n, affinity, to) -> rule("default/s" + n + ":", "10.96.0." + n, 30_000 + n, affinity, to.stream().sorted().toArray(Backend[]::new)))
                .list().ofMaxSize(6);
    }

    /** What a rule names is there, and what was there before and is not any more is deleted: else the kernel takes nothing of it. */
    @Property(tries = 200)
    void namesOnlyChainsThatThereAre(@ForAll("many") List<PortRule> before, @ForAll("many") List<PortRule> after) {
        var old = new NftRules(CONFIG, false, before);
        var next = new NftRules(CONFIG, false, after);
        var text = next.change(old.chains(), old.sets());
        for (var chain : old.chains()) {
            assertThat(text.contains("delete chain ip skerry-test " + chain + "\n")).isEqualTo(!next.chains().contains(chain));
        }
        java.util.regex.Pattern.compile("goto (\\S+?)[ ,\n]").matcher(text).results().map(m -> m.group(1))
                .forEach(name -> assertThat(text).contains("  chain " + name + " {\n"));
        assertThat(next.change(Set.copyOf(next.chains()), Set.copyOf(next.sets()))).doesNotContain("delete");
    }
}

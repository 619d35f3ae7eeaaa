package dev.skerry.kube.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderElectionTest {

    @TempDir
    Path folder;

    private static LeaderElection candidate(Cluster cluster, String identity, AtomicInteger leaders) {
        return new LeaderElection(new Writer(cluster.client()), InstantSource.system(), "default", "chair", identity, new LeaderElection.Office() {
            @Override
            public void begin() {
                assertThat(leaders.incrementAndGet()).as("leaders at a time").isEqualTo(1);
            }

            @Override
            public void end() {
                leaders.decrementAndGet();
            }
        });
    }

    @Test
    void handsOverToTheOtherWhenOneCloses() throws Exception {
        var leaders = new AtomicInteger();
        try (var cluster = Cluster.start(folder)) {
            await().until(() -> cluster.client().namespaces().withName("default").get() != null);
            try (var first = candidate(cluster, "a", leaders); var second = candidate(cluster, "b", leaders)) {
                first.start();
                await().atMost(Duration.ofSeconds(20)).until(() -> leaders.get() == 1);
                assertThat(holder(cluster)).isEqualTo("a");
                second.start();

                first.close();

                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(holder(cluster)).isEqualTo("b"));
                await().until(() -> leaders.get() == 1);
            }
            assertThat(leaders).hasValue(0);
        }
    }

    private static String holder(Cluster cluster) {
        return cluster.client().leases().inNamespace("default").withName("chair").get().getSpec().getHolderIdentity();
    }
}

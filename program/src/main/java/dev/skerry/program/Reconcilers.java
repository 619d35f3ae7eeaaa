package dev.skerry.program;

import static java.lang.System.Logger.Level.ERROR;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs the reconcilers of all modules in one operator over the client of the program: one informer for each kind, and a few
 * virtual threads together.
 */
final class Reconcilers {

    private static final System.Logger LOG = System.getLogger(Reconcilers.class.getName());
    private static final int AT_A_TIME = 8;
    private static final Duration FIRST_LIST = Duration.ofSeconds(30);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);
    private static final Duration LAST_RECONCILE = Duration.ofSeconds(10);

    private Reconcilers() {}

    /**
     * Returns when all informers have their first list. What is returned stops them, and waits for the reconciles under way;
     * the client stays open.
     */
    static AutoCloseable start(KubernetesClient client, List<Reconciler<?>> all) {
        var operator = new Operator(settings -> settings
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withExecutorService(threads())
                // The library would end the program.
                .withInformerStoppedHandler((informer, failure) -> {
                    if (failure != null) {
                        LOG.log(ERROR, "informer " + informer.getApiTypeClass().getSimpleName() + ": stopped", failure);
                    }
                })
                .withCacheSyncTimeout(FIRST_LIST)
                .withReconciliationTerminationTimeout(LAST_RECONCILE));
        all.forEach(reconciler -> register(operator, reconciler));
        operator.start();
        return operator::stop;
    }

    /** However long the API is away: tried until it is back. */
    private static <P extends HasMetadata> void register(Operator operator, Reconciler<P> reconciler) {
        operator.register(reconciler, settings -> settings.withRetry(new GenericRetry()
                .withoutMaxAttempts().setInitialInterval(FIRST_RETRY).setMaxInterval(LAST_RETRY.toMillis())));
    }

    private static ThreadPoolExecutor threads() {
        var threads = new ThreadPoolExecutor(
                AT_A_TIME, AT_A_TIME, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Thread.ofVirtual().name("reconcile-", 0).factory());
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}

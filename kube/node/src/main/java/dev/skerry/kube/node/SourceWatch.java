package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.DEBUG;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Hears of changed ConfigMaps and Secrets, keeps none of them, and says their names. */
final class SourceWatch implements AutoCloseable {

    static final String CONFIG_MAP = "ConfigMap";
    static final String SECRET = "Secret";

    private static final System.Logger LOG = System.getLogger(SourceWatch.class.getName());
    private static final Duration AGAIN = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final Changed changed;
    private final List<Thread> threads;

    /** Called from one of two threads. */
    interface Changed {

        /** @param name empty when anything may have changed: a watch was broken */
        void changed(String kind, String namespace, String name);
    }

    SourceWatch(KubernetesClient client, Changed changed) {
        this.client = client;
        this.changed = changed;
        this.threads = List.of(
                Thread.ofVirtual().name("watch-of-configmaps").unstarted(() -> keep(CONFIG_MAP)),
                Thread.ofVirtual().name("watch-of-secrets").unstarted(() -> keep(SECRET)));
    }

    void start() {
        threads.forEach(Thread::start);
    }

    private void keep(String kind) {
        try {
            while (true) {
                var ended = new ArrayBlockingQueue<Boolean>(1);
                try (var watch = watch(kind, ended)) {
                    changed.changed(kind, "", "");
                    var unused = ended.take();
                } catch (KubernetesClientException e) {
                    LOG.log(DEBUG, "watch of {0}: {1}", kind, e.getMessage());
                }
                TimeUnit.NANOSECONDS.sleep(AGAIN.toNanos());
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    private Watch watch(String kind, BlockingQueue<Boolean> ended) {
        return kind.equals(SECRET)
                ? client.secrets().inAnyNamespace().withResourceVersion(client.secrets().inAnyNamespace().list(one()).getMetadata().getResourceVersion()).watch(new Telling<Secret>(kind, ended))
                : client.configMaps().inAnyNamespace().withResourceVersion(client.configMaps().inAnyNamespace().list(one()).getMetadata().getResourceVersion()).watch(new Telling<ConfigMap>(kind, ended));
    }

    /** From where a watch begins, without what is there: the list is asked for one only. */
    private static io.fabric8.kubernetes.api.model.ListOptions one() {
        return new io.fabric8.kubernetes.api.model.ListOptionsBuilder().withLimit(1L).build();
    }

    private final class Telling<T extends HasMetadata> implements Watcher<T> {
        private final String kind;
        private final BlockingQueue<Boolean> ended;

        Telling(String kind, BlockingQueue<Boolean> ended) {
            this.kind = kind;
            this.ended = ended;
        }

        @Override
        public void eventReceived(Action action, T object) {
            if (action != Action.BOOKMARK && action != Action.ERROR) {
                changed.changed(kind, object.getMetadata().getNamespace(), object.getMetadata().getName());
            }
        }

        @Override
        public void onClose(WatcherException cause) {
            var unused = ended.offer(true);
        }

        @Override
        public void onClose() {
            var unused = ended.offer(true);
        }
    }

    static boolean uses(Pod pod, String kind, String name) {
        boolean map = kind.equals(CONFIG_MAP);
        boolean mounted = pod.getSpec().getVolumes().stream().anyMatch(v ->
                map && v.getConfigMap() != null && name.equals(v.getConfigMap().getName())
                        || !map && v.getSecret() != null && name.equals(v.getSecret().getSecretName())
                        || v.getProjected() != null && v.getProjected().getSources().stream().anyMatch(s ->
                                map ? s.getConfigMap() != null && name.equals(s.getConfigMap().getName()) : s.getSecret() != null && name.equals(s.getSecret().getName())));
        return mounted || Stream.concat(pod.getSpec().getContainers().stream(), pod.getSpec().getInitContainers().stream()).anyMatch(c -> uses(c, map, name));
    }

    private static boolean uses(Container container, boolean map, String name) {
        return container.getEnvFrom().stream().anyMatch(f -> map
                        ? f.getConfigMapRef() != null && name.equals(f.getConfigMapRef().getName())
                        : f.getSecretRef() != null && name.equals(f.getSecretRef().getName()))
                || container.getEnv().stream().filter(e -> e.getValueFrom() != null).anyMatch(e -> map
                        ? e.getValueFrom().getConfigMapKeyRef() != null && name.equals(e.getValueFrom().getConfigMapKeyRef().getName())
                        : e.getValueFrom().getSecretKeyRef() != null && name.equals(e.getValueFrom().getSecretKeyRef().getName()));
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}

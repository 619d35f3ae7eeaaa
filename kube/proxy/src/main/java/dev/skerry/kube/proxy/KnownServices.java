package dev.skerry.kube.proxy;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The cluster's Services and their endpoints, as the API's watches tell of them. */
final class KnownServices implements ClusterNames.Catalog, AutoCloseable {

    private static final String OF_SERVICE = "service";
    private static final String AT_ADDRESS = "address";

    private final SharedIndexInformer<Service> services;
    private final SharedIndexInformer<EndpointSlice> slices;
    private final SharedIndexInformer<Namespace> namespaces;

    KnownServices(KubernetesClient client, Runnable changed) {
        services = client.services().inAnyNamespace().runnableInformer(0);
        slices = client.discovery().v1().endpointSlices().inAnyNamespace().runnableInformer(0);
        namespaces = client.namespaces().runnableInformer(0);
        services.addIndexers(Map.of(AT_ADDRESS, s -> s.getSpec().getClusterIP() == null ? List.of() : List.of(s.getSpec().getClusterIP())));
        slices.addIndexers(Map.of(
                OF_SERVICE, s -> List.of(s.getMetadata().getNamespace() + "/" + service(s)),
                AT_ADDRESS, s -> endpoints(s).stream().flatMap(e -> e.getAddresses().stream()).distinct().toList()));
        watch(services, changed);
        watch(slices, changed);
        watch(namespaces, () -> {});
    }

    /** One without members has no list. */
    static List<Endpoint> endpoints(EndpointSlice slice) {
        return slice.getEndpoints() == null ? List.of() : slice.getEndpoints();
    }

    static List<EndpointPort> ports(EndpointSlice slice) {
        return slice.getPorts() == null ? List.of() : slice.getPorts();
    }

    private static String service(EndpointSlice slice) {
        return slice.getMetadata().getLabels() == null ? "" : slice.getMetadata().getLabels().getOrDefault("kubernetes.io/service-name", "");
    }

    private static <T extends HasMetadata> void watch(SharedIndexInformer<T> informer, Runnable changed) {
        informer.exceptionHandler((started, problem) -> true);
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                object.getMetadata().setManagedFields(new ArrayList<>());
                changed.run();
            }

            @Override
            public void onUpdate(T before, T now) {
                now.getMetadata().setManagedFields(new ArrayList<>());
                changed.run();
            }

            @Override
            public void onDelete(T object, boolean unknownFinalState) {
                changed.run();
            }
        });
    }

    void start() {
        var a = services.start();
        var b = slices.start();
        var c = namespaces.start();
    }

    /** Whether all that was there at the start is known. */
    boolean complete() {
        return services.hasSynced() && slices.hasSynced() && namespaces.hasSynced();
    }

    /** The rules of all of them. */
    List<PortRule> rules(String node) {
        return services.getIndexer().list().stream()
                .flatMap(s -> PortRules.of(s, slices(s.getMetadata().getNamespace(), s.getMetadata().getName()), node).stream()).sorted(
                        java.util.Comparator.comparing(PortRule::service).thenComparing(PortRule::protocol)).toList();
    }

    @Override
    public Optional<Service> service(String namespace, String name) {
        return Optional.ofNullable(services.getIndexer().getByKey(namespace + "/" + name));
    }

    @Override
    public List<EndpointSlice> slices(String namespace, String service) {
        return slices.getIndexer().byIndex(OF_SERVICE, namespace + "/" + service);
    }

    @Override
    public boolean hasNamespace(String namespace) {
        return namespaces.getIndexer().getByKey(namespace) != null;
    }

    @Override
    public List<Service> servicesAt(String address) {
        return services.getIndexer().byIndex(AT_ADDRESS, address);
    }

    @Override
    public List<EndpointSlice> slicesAt(String address) {
        return slices.getIndexer().byIndex(AT_ADDRESS, address);
    }

    @Override
    public void close() {
        services.stop();
        slices.stop();
        namespaces.stop();
    }
}

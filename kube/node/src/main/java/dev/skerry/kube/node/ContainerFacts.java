package dev.skerry.kube.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountStatus;
import io.fabric8.kubernetes.api.model.VolumeMountStatusBuilder;

/** What a container's state says of its specification as it is in force: resources, mounts. */
final class ContainerFacts {

    private ContainerFacts() {}

    /** @param resources whether what it may use is told: not of what runs once and goes */
    static void add(ContainerStatusBuilder status, Container container, boolean resources) {
        status.withVolumeMounts(container.getVolumeMounts().stream().map(m -> mount(m.getName(), m.getMountPath(), Boolean.TRUE.equals(m.getReadOnly()))).toList());
        if (resources) {
            var requests = QosClass.requests(container);
            var limits = QosClass.limits(container);
            status.withResources(new ResourceRequirementsBuilder().withRequests(requests.isEmpty() ? null : requests).withLimits(limits.isEmpty() ? null : limits).build());
            status.withAllocatedResources(requests.isEmpty() ? null : requests);
        }
    }

    private static VolumeMountStatus mount(String name, String path, boolean readOnly) {
        return new VolumeMountStatusBuilder().withName(name).withMountPath(path)
                .withReadOnly(readOnly ? true : null).withRecursiveReadOnly(readOnly ? "Disabled" : null).build();
    }
}

package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** What the schemas of built-in kinds cannot say, told in upstream's order and words; each family of kinds has a class of its own. */
public final class BuiltInValidation {
    private static final List<String> REPLICAS = List.of("fullyLabeledReplicas", "readyReplicas", "availableReplicas");

    private BuiltInValidation() {}

    /** Faults of a new object (already with defaults) below {@code metadata}; none for kinds that are not built in. */
    public static List<Cause> validate(Gvk kind, ObjectNode object) {
        List<Cause> causes = new ArrayList<>();
        Place place = Place.of(object, causes);
        whole(kind, place, nothing(causes));
        created(kind, place);
        return causes;
    }

    /** Faults of an object that takes the place of another: its own, and fields that may not change. */
    public static List<Cause> validateUpdate(Gvk kind, ObjectNode object, ObjectNode old) {
        return validateUpdate(kind, "", object, old);
    }

    /**
     * The same for a write through a subresource, which only some of the rules concern.
     *
     * @param subresource such as {@code status}, or empty for the object itself
     */
    public static List<Cause> validateUpdate(Gvk kind, String subresource, ObjectNode object, ObjectNode old) {
        List<Cause> causes = new ArrayList<>();
        Place place = Place.of(object, causes);
        Place before = Place.of(old, new ArrayList<>());
        switch (subresource) {
            case "" -> {
                if (!changedFirst(kind, place, before)) {
                    if (!changedOnly(kind, place, before)) {
                        whole(kind, place, before);
                        changed(kind, place, before);
                    }
                } else {
                    whole(kind, place, before);
                }
            }
            case "status", "approval" -> status(kind, place, before, subresource);
            case "finalize" -> NodeValidation.namespace(place, true);
            case "ephemeralcontainers" -> {
                PodValidation.pod(place);
                PodUpdates.ephemeral(place, before);
            }
            default -> { }
        }
        return causes;
    }

    private static Place nothing(List<Cause> causes) {
        return new Place(MissingNode.getInstance(), "", causes);
    }

    /** The rules that hold at every write. */
    private static void whole(Gvk kind, Place o, Place old) {
        Place spec = o.get("spec");
        switch (kind.group() + "/" + kind.kind()) {
            case "/ConfigMap" -> ConfigValidation.configMap(o);
            case "/Secret" -> ConfigValidation.secret(o);
            case "/Pod" -> PodValidation.pod(o);
            case "/PodTemplate" -> PodValidation.template(o.get("template"));
            case "/Service" -> ServiceValidation.service(o);
            case "/Endpoints" -> EndpointValidation.endpoints(o);
            case "/ReplicationController" -> WorkloadValidation.replicationController(spec);
            case "/PersistentVolume" -> StorageValidation.volume(o);
            case "/PersistentVolumeClaim" -> ClaimValidation.spec(spec);
            case "/ResourceQuota" -> QuotaValidation.quota(o);
            case "/LimitRange" -> QuotaValidation.limits(spec);
            case "/Event" -> EventValidation.event(o, false, !old.given());
            case "events.k8s.io/Event" -> EventValidation.event(o, true, !old.given());
            case "/Node" -> NodeValidation.node(o);
            case "/Namespace" -> NodeValidation.namespace(o, false);
            case "apps/Deployment" -> WorkloadValidation.deployment(spec);
            case "apps/ReplicaSet" -> WorkloadValidation.replicaSet(spec);
            case "apps/StatefulSet" -> WorkloadValidation.statefulSet(spec);
            case "apps/DaemonSet" -> WorkloadValidation.daemonSet(spec);
            case "apps/ControllerRevision" -> WorkloadValidation.revision(o);
            case "batch/Job" -> JobValidation.job(o);
            case "batch/CronJob" -> CronJobValidation.spec(spec, old.get("spec"));
            case "autoscaling/HorizontalPodAutoscaler" -> AutoscalerValidation.spec(spec, old.get("spec"));
            case "networking.k8s.io/NetworkPolicy" -> NetworkValidation.policy(spec);
            case "networking.k8s.io/Ingress" -> NetworkValidation.ingress(spec);
            case "networking.k8s.io/IngressClass" -> NetworkValidation.ingressClass(spec);
            case "networking.k8s.io/IPAddress" -> NetworkValidation.ipAddress(o);
            case "networking.k8s.io/ServiceCIDR" -> NetworkValidation.serviceRange(spec);
            case "discovery.k8s.io/EndpointSlice" -> EndpointValidation.slice(o);
            case "policy/PodDisruptionBudget" -> PolicyValidation.budget(spec);
            case "scheduling.k8s.io/PriorityClass" -> PolicyValidation.priority(o);
            case "node.k8s.io/RuntimeClass" -> PolicyValidation.runtime(o);
            case "coordination.k8s.io/Lease" -> PolicyValidation.lease(spec);
            case "rbac.authorization.k8s.io/Role" -> RbacValidation.role(o, true);
            case "rbac.authorization.k8s.io/ClusterRole" -> RbacValidation.role(o, false);
            case "rbac.authorization.k8s.io/RoleBinding" -> RbacValidation.binding(o, true);
            case "rbac.authorization.k8s.io/ClusterRoleBinding" -> RbacValidation.binding(o, false);
            case "storage.k8s.io/StorageClass" -> StorageValidation.storageClass(o);
            case "storage.k8s.io/VolumeAttributesClass" -> StorageValidation.attributesClass(o);
            case "storage.k8s.io/CSIDriver" -> StorageValidation.driver(o);
            case "storage.k8s.io/CSINode" -> StorageValidation.node(o);
            case "storage.k8s.io/CSIStorageCapacity" -> StorageValidation.capacity(o);
            case "storage.k8s.io/VolumeAttachment" -> StorageValidation.attachment(o);
            case "certificates.k8s.io/CertificateSigningRequest" -> CertificateValidation.request(o, old);
            case "admissionregistration.k8s.io/ValidatingWebhookConfiguration" -> WebhookValidation.configuration(o, false);
            case "admissionregistration.k8s.io/MutatingWebhookConfiguration" -> WebhookValidation.configuration(o, true);
            case "admissionregistration.k8s.io/ValidatingAdmissionPolicy" -> AdmissionPolicyValidation.policy(o, false);
            case "admissionregistration.k8s.io/MutatingAdmissionPolicy" -> AdmissionPolicyValidation.policy(o, true);
            case "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding" -> AdmissionPolicyValidation.binding(o, false);
            case "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding" -> AdmissionPolicyValidation.binding(o, true);
            case "apiregistration.k8s.io/APIService" -> ServerValidation.service(o);
            case "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration" -> ServerValidation.priorityLevel(o);
            case "flowcontrol.apiserver.k8s.io/FlowSchema" -> ServerValidation.flow(o);
            case "apiextensions.k8s.io/CustomResourceDefinition" -> DefinitionValidation.validate((ObjectNode) o.value(), o.causes());
            default -> { }
        }
    }

    /** The rules that hold for new objects only. */
    private static void created(Gvk kind, Place o) {
        switch (kind.group() + "/" + kind.kind()) {
            case "/Pod" -> PodValidation.created(o);
            case "batch/CronJob" -> CronJobValidation.created(o);
            case "networking.k8s.io/Ingress" -> NetworkValidation.ingressCreated(o);
            default -> { }
        }
    }

    /** Kinds of which the changes are looked at before the rest; whether this is one. */
    private static boolean changedFirst(Gvk kind, Place o, Place old) {
        switch (kind.group() + "/" + kind.kind()) {
            case "/ConfigMap" -> ConfigValidation.configMapUpdate(o, old);
            case "/Secret" -> ConfigValidation.secretUpdate(o, old);
            case "/Service" -> ServiceValidation.update(o, old);
            case "networking.k8s.io/IngressClass" -> o.get("spec", "controller").fixed(old.get("spec", "controller"));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Kinds of which nothing but the changes is looked at; whether this is one. */
    private static boolean changedOnly(Gvk kind, Place o, Place old) {
        switch (kind.group() + "/" + kind.kind()) {
            case "/Node" -> NodeValidation.nodeUpdate(o, old);
            case "/Namespace" -> { }
            case "batch/Job" -> JobValidation.update(o, old);
            case "scheduling.k8s.io/PriorityClass" -> PolicyValidation.priorityUpdate(o, old);
            case "storage.k8s.io/StorageClass" -> StorageValidation.storageClassUpdate(o, old);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void changed(Gvk kind, Place o, Place old) {
        Place spec = o.get("spec");
        Place before = old.get("spec");
        switch (kind.group() + "/" + kind.kind()) {
            case "/Pod" -> PodUpdates.validate(o, old);
            case "/PersistentVolume" -> StorageValidation.volumeUpdate(o, old);
            case "/PersistentVolumeClaim" -> ClaimValidation.update(o, old);
            case "/ResourceQuota" -> QuotaValidation.quotaUpdate(o, old);
            case "events.k8s.io/Event" -> EventValidation.update(o, old);
            case "apps/Deployment", "apps/ReplicaSet", "apps/DaemonSet" -> spec.get("selector").fixed(before.get("selector"));
            case "apps/StatefulSet" -> WorkloadValidation.statefulSetUpdate(spec, before);
            case "apps/ControllerRevision" -> o.get("data").fixed(old.get("data"));
            case "discovery.k8s.io/EndpointSlice" -> o.get("addressType").fixed(old.get("addressType"));
            case "node.k8s.io/RuntimeClass" -> o.get("handler").fixed(old.get("handler"));
            case "networking.k8s.io/IPAddress" -> spec.get("parentRef").fixed(before.get("parentRef"));
            case "rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding" -> RbacValidation.bindingUpdate(o, old);
            case "storage.k8s.io/VolumeAttributesClass" -> StorageValidation.attributesClassUpdate(o, old);
            case "storage.k8s.io/CSIDriver" -> StorageValidation.driverUpdate(o, old);
            case "storage.k8s.io/CSIStorageCapacity" -> StorageValidation.capacityUpdate(o, old);
            case "storage.k8s.io/VolumeAttachment" -> StorageValidation.attachmentUpdate(o, old);
            case "certificates.k8s.io/CertificateSigningRequest" -> CertificateValidation.update(o, old, "");
            case "apiextensions.k8s.io/CustomResourceDefinition" ->
                    DefinitionValidation.validateUpdate((ObjectNode) o.value(), (ObjectNode) old.value(), o.causes());
            default -> { }
        }
    }

    private static void status(Gvk kind, Place o, Place old, String subresource) {
        Place status = o.get("status");
        switch (kind.group() + "/" + kind.kind()) {
            case "/Pod" -> PodUpdates.status(o, old);
            case "/Service" -> ServiceValidation.loadBalancer(status.get("loadBalancer"), o.get("spec", "type").is("LoadBalancer"));
            case "networking.k8s.io/Ingress" -> ServiceValidation.loadBalancer(status.get("loadBalancer"), true);
            case "/ReplicationController", "apps/ReplicaSet" -> WorkloadValidation.status(status, REPLICAS);
            case "apps/Deployment" -> WorkloadValidation.status(status, List.of("updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"));
            case "apps/StatefulSet" -> WorkloadValidation.status(status, List.of("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"));
            case "apps/DaemonSet" -> WorkloadValidation.daemonStatus(status);
            case "batch/Job" -> JobValidation.status(o);
            case "/ResourceQuota" -> QuotaValidation.status(status);
            case "/Namespace" -> NodeValidation.namespaceStatus(o);
            case "/Node" -> NodeValidation.nodeUpdate(o, old);
            case "policy/PodDisruptionBudget" -> PolicyValidation.budgetStatus(status);
            case "autoscaling/HorizontalPodAutoscaler" -> {
                status.get("currentReplicas").notNegative();
                status.get("desiredReplicas").notNegative();
            }
            case "certificates.k8s.io/CertificateSigningRequest" -> {
                CertificateValidation.request(o, old);
                CertificateValidation.update(o, old, subresource);
            }
            default -> { }
        }
    }
}
